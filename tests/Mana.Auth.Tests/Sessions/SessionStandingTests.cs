using Mana.Auth.Sessions;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Mana.Auth.Tests.Sessions;

/// <summary>Two hosts, one database: how soon an access token knows that its session is over.</summary>
public sealed class SessionStandingTests : IAsyncLifetime
{
    const string Asking = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%auth.sessions s JOIN%'";

    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";
    Relay _relay = null!;
    TestHost _here = null!;
    TestHost _there = null!;
    AuthApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _relay = new Relay(_database);
        _here = await new TestHost(_database).With(_clock).StartAsync();
        _there = await new TestHost(_relay.ConnectionString).With(_clock).StartAsync();
        _api = new AuthApi(_here);
    }

    public async ValueTask DisposeAsync()
    {
        _relay.Mend();
        await _here.DisposeAsync();
        await _there.DisposeAsync();
        _relay.Dispose();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task A_token_of_an_ended_session_is_refused_at_once_here_and_within_thirty_seconds_elsewhere()
    {
        var login = await _api.NewSessionAsync();
        Assert.Equal(200, await PullAsync(_here, login));
        Assert.Equal(200, await PullAsync(_there, login));
        await _api.PostAsync("logout", new { refreshToken = login["refreshToken"] });

        Assert.Equal(401, await PullAsync(_here, login));
        _clock.Advance(SessionStanding.Remembered);
        Assert.True(SessionStanding.Remembered < TimeSpan.FromSeconds(30));
        Assert.Equal(401, await PullAsync(_there, login));
        Assert.Equal("{\"valid\":false}", (await new AuthApi(_there).PostAsync("validate", new { token = login["accessToken"] })).IsOk().Text);
    }

    [Theory]
    [InlineData("UPDATE auth.users SET deleted_at = now()")]
    [InlineData("DELETE FROM auth.users")]
    [InlineData("UPDATE auth.sessions SET expires_at = '2026-11-20T12:00:01Z'")]
    public async Task So_is_one_of_an_account_that_is_gone_or_a_session_that_ran_out(string sql)
    {
        var login = await _api.NewSessionAsync();
        Assert.Equal(200, await PullAsync(_there, login));
        await ExecuteAsync(sql);
        Assert.Equal(200, await PullAsync(_there, login));
        _clock.Advance(SessionStanding.Remembered);
        Assert.Equal(401, await PullAsync(_there, login));
    }

    [Fact]
    public async Task Requests_that_come_together_ask_once()
    {
        var login = await _api.NewSessionAsync();
        var standing = _there.Services.GetRequiredService<SessionStanding>();
        var id = Tokens.TokenText.Claims(login["accessToken"]!).GetProperty("sid").GetString()!;
        await using var held = await HoldAsync();

        var asked = Enumerable.Range(0, 50).Select(_ => standing.HasEndedAsync(id, default).AsTask()).ToList();
        while (await ScalarAsync(Asking) == 0)
            await Task.Yield();
        Assert.Equal(1, await ScalarAsync(Asking));
        await held.DisposeAsync();
        Assert.DoesNotContain(true, await Task.WhenAll(asked));
    }

    [Fact]
    public async Task While_the_database_is_away_the_last_answer_counts_and_afterwards_the_truth()
    {
        var (known, unknown, ended) = (await _api.NewSessionAsync(), await _api.NewSessionAsync(), await _api.NewSessionAsync());
        var standing = _there.Services.GetRequiredService<SessionStanding>();
        string Id(Answer login) => Tokens.TokenText.Claims(login["accessToken"]!).GetProperty("sid").GetString()!;
        await _api.PostAsync("logout", new { refreshToken = ended["refreshToken"] });
        Assert.False(await standing.HasEndedAsync(Id(known), default));
        Assert.True(await standing.HasEndedAsync(Id(ended), default));
        // Without an event, which the other host might hear of before it is cut off.
        await ExecuteAsync($"UPDATE auth.sessions SET revoked_at = created_at WHERE id = '{Id(known)}'");
        _relay.Cut();
        _clock.Advance(SessionStanding.Remembered);

        Assert.False(await standing.HasEndedAsync(Id(known), default));
        Assert.False(await standing.HasEndedAsync(Id(unknown), default));
        Assert.True(await standing.HasEndedAsync(Id(ended), default));
        _relay.Mend();
        // It asks again after a pause, not with every request.
        Assert.False(await standing.HasEndedAsync(Id(known), default));
        // A connection of the pool that the cut has broken may be tried first.
        for (var pauses = 1; ; pauses++)
        {
            _clock.Advance(SessionStanding.Pause);
            if (await standing.HasEndedAsync(Id(known), default))
                break;
            Assert.InRange(pauses, 1, 20);
        }
    }

    [Fact]
    public async Task An_answer_that_was_under_way_does_not_bring_a_session_back()
    {
        var login = await _api.NewSessionAsync();
        var standing = _there.Services.GetRequiredService<SessionStanding>();
        var id = Tokens.TokenText.Claims(login["accessToken"]!).GetProperty("sid").GetString()!;
        await using var held = await HoldAsync();
        var asked = standing.HasEndedAsync(id, default).AsTask();
        while (await ScalarAsync(Asking) == 0)
            await Task.Yield();
        standing.End(id);
        await held.DisposeAsync();
        Assert.True(await asked);
        Assert.True(await standing.HasEndedAsync(id, default));
        _clock.Advance(TimeSpan.FromMinutes(10));
        Assert.True(await standing.HasEndedAsync(id, default));
    }

    /// <summary>Keeps the question waiting in the database until it is disposed.</summary>
    async Task<NpgsqlConnection> HoldAsync()
    {
        var connection = new NpgsqlConnection(_database + ";Pooling=false");
        await connection.OpenAsync();
        await using var held = new NpgsqlCommand("BEGIN; LOCK TABLE auth.sessions IN ACCESS EXCLUSIVE MODE", connection);
        await held.ExecuteNonQueryAsync();
        return connection;
    }

    static async Task<int> PullAsync(TestHost host, Answer login) => (await new AuthApi(host).SendAsync(
        new HttpRequestMessage(HttpMethod.Get, "/sync/todo/pull?collection=tasks&since=1970-01-01T00:00:00.000Z"), login["accessToken"])).Status;

    async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    async Task<long> ScalarAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
