package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		team, err := keypair.GetKeyPairs(ctx, &keypair.GetKeyPairsArgs{
			NameRegex: pulumi.StringRef("^team-"),
			Tags: map[string]interface{}{
				"team": "ops",
			},
		}, nil)
		if err != nil {
			return err
		}
		ctx.Export("names", team.KeyPairNames)
		return nil
	})
}
