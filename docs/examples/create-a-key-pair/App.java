import com.pulumi.Pulumi;
import io.github.pulumikeypair.keypair.KeyPair;
import io.github.pulumikeypair.keypair.KeyPairArgs;
import io.github.pulumikeypair.keypair.enums.GeneratedKeyType;
import io.github.pulumikeypair.keypair.enums.KeySource;
import io.github.pulumikeypair.keypair.inputs.KeyGenerationArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            // The provider makes the key, so the cloud never has its private half. Without keyGeneration the cloud makes it.
            var bastion = new KeyPair("bastion", KeyPairArgs.builder()
                .keyGeneration(KeyGenerationArgs.builder()
                    .source(KeySource.Local)
                    .type(GeneratedKeyType.ED25519)
                    .build())
                .privateKeyFile("bastion.pem")
                .build());

            // A secret: Pulumi encrypts it in the state, and shows [secret].
            context.export("privateKey", bastion.privateKey());
        });
    }
}
