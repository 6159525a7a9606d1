package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cfg := config.New(ctx, "")
		privateKey := cfg.Require("privateKey")
		deploy, err := keypair.GetPublicKey(ctx, &keypair.GetPublicKeyArgs{
			PrivateKey: privateKey,
		}, nil)
		if err != nil {
			return err
		}
		ctx.Export("publicKey", deploy.PublicKey)
		return nil
	})
}
