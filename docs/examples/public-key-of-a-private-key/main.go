package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cfg := config.New(ctx, "")
		deploy := keypair.GetPublicKeyOutput(ctx, keypair.GetPublicKeyOutputArgs{
			PrivateKey: cfg.RequireSecret("privateKey"),
		})
		ctx.Export("publicKey", deploy.PublicKey())
		return nil
	})
}
