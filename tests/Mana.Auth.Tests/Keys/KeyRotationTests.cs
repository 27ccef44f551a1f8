using Mana.Auth.Contracts;
using Mana.Auth.Keys;
using Mana.Auth.Tests.Tokens;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Tests.Keys;

/// <summary>A year of keys on two hosts.</summary>
public sealed class KeyRotationTests : IAsyncLifetime
{
    static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";
    TestHost _host = null!;
    TestHost _other = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database).With(_clock).StartAsync();
        _other = await new TestHost(_database).With(_clock).StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _other.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Scenario_37_the_next_key_is_published_a_day_before_it_signs_and_the_last_one_a_day_after_its_tokens()
    {
        var first = await SigningKidAsync(_host);
        await UntilAsync(published: 2, atMost: KeyRotation.Period);
        Assert.Equal(first, await SigningKidAsync(_host));
        var staged = (await PublishedAsync(_host)).Single(kid => kid != first);
        var publishedAt = _clock.GetUtcNow();

        while (await SigningKidAsync(_host) == first)
            await PassAsync(Hour);
        Assert.True(_clock.GetUtcNow() - publishedAt >= TimeSpan.FromHours(24));
        Assert.Equal(staged, await SigningKidAsync(_host));
        var replacedAt = _clock.GetUtcNow();
        Assert.Equal(2, (await PublishedAsync(_host)).Count);
        Assert.Equal(0, await ScalarAsync<int>("SELECT max(length(private_key_encrypted)) FROM auth.signing_keys WHERE state = 'retiring'"));

        await UntilAsync(published: 1, atMost: TimeSpan.FromDays(2));
        Assert.True(_clock.GetUtcNow() - replacedAt >= TimeSpan.FromHours(24) + TimeSpan.FromSeconds(AccessTokenLife));
        Assert.Equal([staged], await PublishedAsync(_other));
        Assert.Equal("retired", await ScalarAsync<string>($"SELECT state FROM auth.signing_keys WHERE kid = '{first}'"));
    }

    [Fact]
    public async Task Scenario_37_a_token_of_the_last_key_is_good_until_it_ends()
    {
        var first = await SigningKidAsync(_host);
        await UntilAsync(published: 2, atMost: KeyRotation.Period);
        Answer before;
        do
        {
            before = await new AuthApi(_host).NewSessionAsync();
            await PassAsync(TimeSpan.FromMinutes(10));
        }
        while (await SigningKidAsync(_host) == first);

        Assert.Equal(first, TokenText.Header(before["accessToken"]!).GetProperty("kid").GetString());
        foreach (var host in (TestHost[])[_host, _other])
            Assert.NotEqual("null", (await new AuthApi(host).SessionAsync(before["accessToken"])).IsOk().Text);
    }

    [Fact]
    public async Task Many_hosts_at_once_move_one_step()
    {
        await SigningKidAsync(_host);
        _clock.Advance(KeyRotation.Period - KeyRotation.StagedFor);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RunAsync(i % 2 == 0 ? _host : _other)));
        Assert.Equal(1L, await ScalarAsync<long>("SELECT count(*) FROM auth.signing_keys WHERE state = 'staged' AND alg = 'EdDSA'"));
        _clock.Advance(KeyRotation.StagedFor);
        await Task.WhenAll(Enumerable.Range(0, 8).Select(i => RunAsync(i % 2 == 0 ? _host : _other)));
        Assert.Equal("active,retiring", await ScalarAsync<string>("SELECT string_agg(state, ',' ORDER BY state) FROM auth.signing_keys WHERE alg = 'EdDSA'"));
    }

    [Fact]
    public async Task In_an_emergency_a_new_key_signs_at_once_and_every_other_token_is_void()
    {
        var login = await new AuthApi(_host).NewSessionAsync();
        Assert.NotEqual("null", (await new AuthApi(_other).SessionAsync(login["accessToken"])).IsOk().Text);
        string kid;
        await using (var scope = _host.Services.CreateAsyncScope())
            kid = await scope.ServiceProvider.GetRequiredService<ISigningKeyReplacement>().ReplaceNowAsync(TestContext.Current.CancellationToken);

        Assert.Equal([kid], await PublishedAsync(_host));
        Assert.Equal("null", (await new AuthApi(_host).SessionAsync(login["accessToken"])).IsOk().Text);
        var refreshed = (await new AuthApi(_host).RefreshAsync(login["refreshToken"])).IsOk();
        Assert.Equal(kid, TokenText.Header(refreshed["accessToken"]!).GetProperty("kid").GetString());
        // Another host learns it from the first token with the new key.
        _clock.Advance(SigningKeyRing.ReloadInterval);
        Assert.NotEqual("null", (await new AuthApi(_other).SessionAsync(refreshed["accessToken"])).IsOk().Text);
        Assert.Equal("null", (await new AuthApi(_other).SessionAsync(login["accessToken"])).IsOk().Text);
        Assert.Equal(0, await ScalarAsync<int>("SELECT max(length(private_key_encrypted)) FROM auth.signing_keys WHERE state = 'retired'"));
    }

    [Fact]
    public async Task The_age_of_the_key_is_a_metric()
    {
        await SigningKidAsync(_host);
        _clock.Advance(TimeSpan.FromHours(3));
        using var client = _host.CreateClient();
        Assert.Contains("mana_auth_signing_key_age_seconds 10800", await client.GetStringAsync(new Uri("/metrics", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    const int AccessTokenLife = 900;

    async Task UntilAsync(int published, TimeSpan atMost)
    {
        var until = _clock.GetUtcNow() + atMost;
        while ((await PublishedAsync(_host)).Count != published)
        {
            Assert.True(_clock.GetUtcNow() < until, "It is too late.");
            await PassAsync(published == 2 && (await PublishedAsync(_host)).Count == 1 ? TimeSpan.FromDays(1) : Hour);
        }
    }

    async Task PassAsync(TimeSpan time)
    {
        _clock.Advance(time);
        await RunAsync(_host);
    }

    static async Task RunAsync(TestHost host)
    {
        await using var scope = host.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<KeyRotation>().RunAsync(default);
    }

    static async Task<string> SigningKidAsync(TestHost host) => (await host.Services.GetRequiredService<SigningKeyRing>().CurrentAsync(default)).Active.Kid;

    static async Task<List<string>> PublishedAsync(TestHost host)
    {
        await host.Services.GetRequiredService<SigningKeyRing>().RenewAsync(default);
        var jwks = (await new AuthApi(host).SendAsync(new HttpRequestMessage(HttpMethod.Get, "/api/auth/jwks"))).Body;
        return [.. jwks.GetProperty("keys").EnumerateArray().Where(key => key.GetProperty("alg").GetString() == "EdDSA").Select(key => key.GetProperty("kid").GetString()!)];
    }

    async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }
}
