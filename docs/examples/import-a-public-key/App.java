import com.pulumi.Pulumi;
import io.github.pulumikeypair.keypair.KeyPair;
import io.github.pulumikeypair.keypair.KeyPairArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            // The private half stays where it is.
            var deploy = new KeyPair("deploy", KeyPairArgs.builder()
                .publicKeyFile("deploy.pub")
                .tags(Map.of("team", "ops"))
                .build());

            context.export("fingerprint", deploy.fingerprintSha256());
        });
    }
}
