import com.pulumi.Pulumi;
import io.github.pulumikeypair.keypair.KeyPair;
import io.github.pulumikeypair.keypair.KeyPairArgs;
import io.github.pulumikeypair.keypair.KeyPairAttachment;
import io.github.pulumikeypair.keypair.KeyPairAttachmentArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            var instanceId = context.config().require("instanceId");

            var web = new KeyPair("web", KeyPairArgs.builder()
                .publicKeyFile("web.pub")
                .build());

            // A running instance takes the key when it is restarted.
            var webAttachment = new KeyPairAttachment("webAttachment", KeyPairAttachmentArgs.builder()
                .keyPairName(web.keyPairName())
                .instanceIds(instanceId)
                .restartInstances(true)
                .build());
        });
    }
}
