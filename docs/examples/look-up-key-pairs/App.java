import com.pulumi.Pulumi;
import io.github.pulumikeypair.keypair.KeypairFunctions;
import io.github.pulumikeypair.keypair.inputs.GetKeyPairsArgs;
import java.util.Map;

public class App {
    public static void main(String[] args) {
        Pulumi.run(context -> {
            var team = KeypairFunctions.getKeyPairs(GetKeyPairsArgs.builder()
                .nameRegex("^team-")
                .tags(Map.of("team", "ops"))
                .build());

            context.export("names", team.applyValue(found -> found.keyPairNames()));
        });
    }
}
