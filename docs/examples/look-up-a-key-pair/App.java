import com.pulumi.Pulumi;
import io.github.pulumikeypair.keypair.KeypairFunctions;
import io.github.pulumikeypair.keypair.inputs.GetKeyPairArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            var deploy = KeypairFunctions.getKeyPair(GetKeyPairArgs.builder()
                .keyPairName("deploy")
                .build());

            context.export("fingerprint", deploy.applyValue(found -> found.fingerprintSha256()));
        });
    }
}
