using System.Text.Json.Nodes;

namespace Mana.Host.Tests.Box;

/// <summary><c>infra/scale</c>: files that their programs take. Patroni is no package of the tests; what would lose data if somebody changed it is looked at.</summary>
public sealed class ScaleTests
{
    [Theory]
    [InlineData("haproxy.cfg")]
    [InlineData("haproxy-database.cfg")]
    public async Task Haproxy_takes_its_files(string file)
    {
        var (exit, said) = await Checkout.RunAsync("/usr/sbin/haproxy", "-c", "-f", "infra/scale/" + file);
        Assert.True(exit == 0, said);
    }

    [Fact]
    public async Task A_failover_by_Patroni_loses_nothing_that_was_acknowledged()
    {
        var file = await Checkout.YamlAsync("infra/scale/patroni.yml");
        var shared = file["bootstrap"]!["dcs"]!;
        Assert.Equal((true, 1, "on"), ((bool)shared["synchronous_mode"]!, (int)shared["synchronous_node_count"]!, (string?)shared["postgresql"]!["parameters"]!["synchronous_commit"]));
        Assert.True((int)shared["loop_wait"]! + (2 * (int)shared["retry_timeout"]!) <= (int)shared["ttl"]!);
        Assert.True((bool)shared["postgresql"]!["use_pg_rewind"]!);
        // The order of names is that of the other ways to make the cluster; rewinding needs the checksums.
        Assert.Contains("data-checksums", Texts(file["bootstrap"]!["initdb"]));
        Assert.Equal("C", (string?)file["bootstrap"]!["initdb"]!.AsArray().OfType<JsonObject>().Single(option => option.ContainsKey("locale"))["locale"]);
    }

    [Fact]
    public async Task Nobody_reaches_the_database_of_Patroni_without_a_password_and_none_is_in_the_file()
    {
        var file = await Checkout.YamlAsync("infra/scale/patroni.yml");
        foreach (var rules in (JsonNode?[])[file["bootstrap"]!["pg_hba"], file["postgresql"]!["pg_hba"]])
        {
            Assert.True(Texts(rules).Count > 2);
            Assert.All(Texts(rules), rule => Assert.True(rule.EndsWith(" scram-sha-256", StringComparison.Ordinal) || rule == "local all postgres peer", rule));
        }

        Assert.All(file["postgresql"]!["authentication"]!.AsObject(), role => Assert.Equal(["username"], role.Value!.AsObject().Select(pair => pair.Key)));
    }

    static List<string> Texts(JsonNode? list) => [.. list!.AsArray().Where(item => item is JsonValue).Select(item => item!.ToString())];
}
