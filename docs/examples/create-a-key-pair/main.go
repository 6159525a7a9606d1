package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		bastion, err := keypair.NewKeyPair(ctx, "bastion", &keypair.KeyPairArgs{
			KeyGeneration: &keypair.KeyGenerationArgs{
				Source: keypair.KeySourceLocal,
				Type:   keypair.GeneratedKeyTypeED25519,
			},
			PrivateKeyFile: pulumi.String("bastion.pem"),
		})
		if err != nil {
			return err
		}
		ctx.Export("privateKey", bastion.PrivateKey)
		return nil
	})
}
