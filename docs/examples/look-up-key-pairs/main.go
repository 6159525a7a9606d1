package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		team := keypair.GetKeyPairsOutput(ctx, keypair.GetKeyPairsOutputArgs{
			NameRegex: pulumi.String("^team-"),
			Tags: pulumi.StringMap{
				"team": pulumi.String("ops"),
			},
		})
		ctx.Export("names", team.KeyPairNames())
		return nil
	})
}
