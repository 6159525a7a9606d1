package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		deploy, err := keypair.NewKeyPair(ctx, "deploy", &keypair.KeyPairArgs{
			PublicKeyFile: pulumi.String("deploy.pub"),
			Tags: pulumi.StringMap{
				"team": pulumi.String("ops"),
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("fingerprint", deploy.FingerprintSha256)
		return nil
	})
}
