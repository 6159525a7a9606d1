package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		deploy := keypair.LookupKeyPairOutput(ctx, keypair.LookupKeyPairOutputArgs{
			KeyPairName: pulumi.String("deploy"),
		})
		ctx.Export("fingerprint", deploy.FingerprintSha256())
		return nil
	})
}
