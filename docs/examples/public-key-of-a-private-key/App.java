import com.pulumi.Pulumi;
import io.github.pulumikeypair.keypair.KeypairFunctions;
import io.github.pulumikeypair.keypair.inputs.GetPublicKeyArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            var privateKey = context.config().requireSecret("privateKey");

            var deploy = KeypairFunctions.getPublicKey(GetPublicKeyArgs.builder()
                .privateKey(privateKey)
                .build());

            context.export("publicKey", deploy.applyValue(key -> key.publicKey()));
        });
    }
}
