import com.pulumi.Pulumi;
import io.github.pulumikeypair.keypair.KeyPairSet;
import io.github.pulumikeypair.keypair.KeyPairSetArgs;

public class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            // Each key file in the folder is a member. The key of ci is made once, for all regions.
            var team = new KeyPairSet("team", KeyPairSetArgs.builder()
                .publicKeyFolder("keys")
                .created("ci")
                .regions("cn-hangzhou", "cn-beijing")
                .build());

            context.export("names", team.keyPairNames());
        });
    }
}
