package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		team, err := keypair.NewKeyPairSet(ctx, "team", &keypair.KeyPairSetArgs{
			PublicKeyFolder: pulumi.String("keys"),
			Created: pulumi.StringArray{
				pulumi.String("ci"),
			},
			Regions: pulumi.StringArray{
				pulumi.String("cn-hangzhou"),
				pulumi.String("cn-beijing"),
			},
		})
		if err != nil {
			return err
		}
		ctx.Export("names", team.KeyPairNames)
		return nil
	})
}
