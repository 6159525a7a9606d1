package main

import (
	"github.com/pulumi-keypair/pulumi-keypair/sdk/go/keypair"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		cfg := config.New(ctx, "")
		instanceId := cfg.Require("instanceId")
		web, err := keypair.NewKeyPair(ctx, "web", &keypair.KeyPairArgs{
			PublicKeyFile: pulumi.String("web.pub"),
		})
		if err != nil {
			return err
		}
		_, err = keypair.NewKeyPairAttachment(ctx, "webAttachment", &keypair.KeyPairAttachmentArgs{
			KeyPairName: web.KeyPairName,
			InstanceIds: pulumi.StringArray{
				pulumi.String(instanceId),
			},
			RestartInstances: pulumi.Bool(true),
		})
		if err != nil {
			return err
		}
		return nil
	})
}
