using System.Security.Cryptography;
using System.Text;
using Mana.Auth.MissionGrants;
using Mana.Auth.Tests.Vault;
using Mana.Testing;

namespace Mana.Auth.Tests.MissionGrants;

public sealed class MissionGrantTests(ModuleWorld world) : IClassFixture<ModuleWorld>
{
    const string Path = "/api/v1/me/ai-mission-grant";
    const string Register = "/api/v1/internal/ai-mission-grants";

    static readonly object Request = new { missionId = "mission-abc", tables = new[] { "tasks", "notes", "tasks" }, recordIds = new[] { "tasks:t1", "notes:n1" } };

    async Task<(VaultApi Vault, byte[] Key)> NewAsync()
    {
        var vault = new VaultApi(world, await world.PersonAsync());
        return (vault, await vault.NewKeyAsync());
    }

    [Fact]
    public async Task Scenario_83_the_runner_opens_the_key_of_the_mission()
    {
        var (vault, master) = await NewAsync();
        var grant = (await world.PostAsync(Path, vault.Person, Request)).IsOk();
        var expected = HKDF.DeriveKey(
            HashAlgorithmName.SHA256, master, 32, Encoding.UTF8.GetBytes("mission-abc"), Encoding.UTF8.GetBytes("mana-ai-mission-grant:v1:tables=notes,tasks:ids=notes:n1,tasks:t1"));
        Assert.Equal(expected, world.Runner.Decrypt(Convert.FromBase64String(grant["wrappedKey"]!), RSAEncryptionPadding.OaepSHA256));
        Assert.Equal(
            """{"version":"v1","missionId":"mission-abc","tables":["notes","tasks"],"recordIds":["notes:n1","tasks:t1"]}""", grant.Body.GetProperty("derivation").GetRawText());
        Assert.Equal(TimeSpan.FromDays(7), grant.Body.GetProperty("expiresAt").GetDateTimeOffset() - grant.Body.GetProperty("issuedAt").GetDateTimeOffset());
        Assert.Equal(world.Clock.GetUtcNow(), grant.Body.GetProperty("issuedAt").GetDateTimeOffset());
        Assert.True(grant.Headers.CacheControl?.NoStore);
        Assert.Matches("^mission_grant/200/mission-abc [0-9a-f]{64}$", (await vault.AuditAsync())[^1]);
        Assert.Contains(await world.EventsAsync(vault.Person.UserId), entry => entry.Type == "vault_mission_grant");
    }

    [Theory]
    [InlineData(60_000, 3_600_000)]
    [InlineData(-1, 3_600_000)]
    [InlineData(7_200_000, 7_200_000)]
    [InlineData(5_184_000_000, 2_592_000_000)]
    [InlineData(1e300, 2_592_000_000)]
    public async Task Scenario_83_a_lifetime_is_brought_into_its_bounds(double wanted, double given)
    {
        var (vault, _) = await NewAsync();
        var grant = (await world.PostAsync(Path, vault.Person, new { missionId = "m", tables = new[] { "notes" }, recordIds = new[] { "notes:1" }, ttlMs = wanted })).IsOk();
        Assert.Equal(given, (grant.Body.GetProperty("expiresAt").GetDateTimeOffset() - grant.Body.GetProperty("issuedAt").GetDateTimeOffset()).TotalMilliseconds);
    }

    public static TheoryData<string, string[], string[]> Wrong => new()
    {
        { "", ["notes"], ["notes:1"] },
        { new string('m', 201), ["notes"], ["notes:1"] },
        { "m\u0000", ["notes"], ["notes:1"] },
        { "m", [], ["notes:1"] },
        { "m", [.. Enumerable.Range(0, 51).Select(n => $"t{n}")], ["notes:1"] },
        { "m", ["no,tes"], ["notes:1"] },
        { "m", ["no:tes"], ["notes:1"] },
        { "m", [new string('t', 201)], ["notes:1"] },
        { "m", ["notes"], [] },
        { "m", ["notes"], [""] },
        { "m", ["notes"], ["notes:1,notes:2"] },
        { "m", ["notes"], [.. Enumerable.Range(0, 1001).Select(n => $"notes:{n}")] },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Scenario_83_a_scope_has_limits(string missionId, string[] tables, string[] recordIds)
    {
        var (vault, _) = await NewAsync();
        (await world.PostAsync(Path, vault.Person, new { missionId, tables, recordIds })).IsE4(400, "BAD_REQUEST");
        Assert.Equal("mission_grant/400", (await vault.AuditAsync())[^1]);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("{")]
    [InlineData("""{"missionId":"m","tables":"notes","recordIds":["a"]}""")]
    [InlineData("""{"missionId":"m","tables":[null],"recordIds":["a"]}""")]
    [InlineData("""{"missionId":"m","tables":["notes"],"recordIds":["a"],"ttlMs":"soon"}""")]
    [InlineData("""{"missionId":"\ud800","tables":["notes"],"recordIds":["a"]}""")]
    public async Task Requests_that_cannot_be_read_are_refused(string body)
    {
        var (vault, _) = await NewAsync();
        var refused = await world.RawAsync(Path, vault.Person, body);
        Assert.Equal((400, "BAD_REQUEST"), (refused.Status, refused["code"]));
    }

    [Fact]
    public async Task A_thousand_records_are_not_too_many()
    {
        var (vault, _) = await NewAsync();
        var ids = Enumerable.Range(0, 1000).Select(n => $"notes:{n}{new string('x', 190)}").ToArray();
        (await world.PostAsync(Path, vault.Person, new { missionId = "m", tables = new[] { "notes" }, recordIds = ids })).IsOk();
    }

    [Fact]
    public async Task Scenario_83_without_a_key_of_ours_there_is_no_grant()
    {
        var vault = new VaultApi(world, await world.PersonAsync());
        (await world.PostAsync(Path, vault.Person, Request)).IsE4(404, "VAULT_NOT_INITIALISED");
        var key = await vault.NewKeyAsync();
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, key))).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk();
        (await world.PostAsync(Path, vault.Person, Request)).IsE4(409, "ZK_ACTIVE");
        Assert.Equal(["mission_grant/404/not-initialised", "mission_grant/409/zk-active"], (await vault.AuditAsync()).Where(entry => entry.StartsWith("mission", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Scenario_83_without_a_runner_there_is_no_grant()
    {
        await using var host = await new TestHost(world.Database).With(world.Clock).StartAsync();
        var (vault, _) = await NewAsync();
        var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = System.Net.Http.Json.JsonContent.Create(Request) };
        (await new AuthApi(host).SendAsync(request, vault.Person.Token)).IsE4(503, "GRANT_NOT_CONFIGURED");
    }

    [Fact]
    public async Task The_runner_learns_that_a_grant_was_taken_back()
    {
        var (vault, _) = await NewAsync();
        var (first, second) = ((await world.PostAsync(Path, vault.Person, Request)).IsOk()["grantId"], (await world.PostAsync(Path, vault.Person, Request)).IsOk()["grantId"]);
        Assert.True(await ActiveAsync($"{Register}/{first}"));
        Assert.True(await ActiveAsync($"{Register}?userId={vault.Person.UserId}&missionId=mission-abc"));

        Assert.Equal(404, (await world.DeleteAsync($"/api/v1/me/ai-mission-grants/{first}", await world.PersonAsync())).IsE4(404, "GRANT_NOT_FOUND").Status);
        (await world.DeleteAsync($"/api/v1/me/ai-mission-grants/{first}", vault.Person)).IsOk();
        (await world.DeleteAsync($"/api/v1/me/ai-mission-grants/{first}", vault.Person)).IsOk();
        Assert.False(await ActiveAsync($"{Register}/{first}"));
        Assert.True(await ActiveAsync($"{Register}/{second}"));
        Assert.Equal(
            [false, true], (await world.GetAsync("/api/v1/me/ai-mission-grants?missionId=mission-abc", vault.Person)).IsOk().Body.GetProperty("grants").EnumerateArray()
                .OrderBy(grant => grant.GetProperty("grantId").GetString() != first).Select(grant => grant.GetProperty("active").GetBoolean()));

        Assert.Equal(1, (await world.DeleteAsync("/api/v1/me/ai-mission-grants?missionId=mission-abc", vault.Person)).IsOk().Body.GetProperty("revoked").GetInt32());
        Assert.False(await ActiveAsync($"{Register}?userId={vault.Person.UserId}&missionId=mission-abc"));
        Assert.Equal(404, (await world.ServiceAsync(HttpMethod.Get, $"{Register}/unknown")).Status);
        Assert.Equal(401, (await world.GetAsync($"{Register}/{second}", vault.Person)).Status);
    }

    [Fact]
    public async Task A_grant_ends_with_its_time_and_with_its_key()
    {
        var (vault, key) = await NewAsync();
        var first = (await world.PostAsync(Path, vault.Person, Request)).IsOk()["grantId"];
        (await vault.RotateAsync()).IsOk();
        Assert.False(await ActiveAsync($"{Register}/{first}"));

        var second = (await world.PostAsync(Path, vault.Person, Request)).IsOk()["grantId"];
        (await vault.SetRecoveryAsync(VaultApi.RecoveryWrap(key, key))).IsOk();
        (await vault.ZeroKnowledgeAsync(new { enable = true })).IsOk();
        Assert.False(await ActiveAsync($"{Register}/{second}"));

        var (other, _) = await NewAsync();
        var third = (await world.PostAsync(Path, other.Person, Request)).IsOk()["grantId"];
        world.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromSeconds(1));
        Assert.True(await ActiveAsync($"{Register}/{third}"));
        world.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(await ActiveAsync($"{Register}/{third}"));
    }

    [Fact]
    public void Keys_that_are_none_keep_the_host_from_starting()
    {
        using var small = RSA.Create(1024);
        Assert.Empty(new MissionGrantOptions().Problems(true));
        Assert.Empty(new MissionGrantOptions { PublicKeyPem = world.Runner.ExportSubjectPublicKeyInfoPem().Replace("\n", "\\n", StringComparison.Ordinal) }.Problems(true));
        foreach (var bad in (string[])["junk", "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----", small.ExportSubjectPublicKeyInfoPem(), world.Runner.ExportPkcs8PrivateKeyPem()])
            Assert.NotEmpty(new MissionGrantOptions { PublicKeyPem = bad }.Problems(false));
    }

    async Task<bool> ActiveAsync(string path) => (await world.ServiceAsync(HttpMethod.Get, path)).IsOk().Body.GetProperty("active").GetBoolean();
}
