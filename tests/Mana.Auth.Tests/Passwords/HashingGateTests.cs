using Mana.Auth.Passwords;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Auth.Tests.Passwords;

public sealed class HashingGateTests : IAsyncLifetime
{
    string _database = "";
    TestHost _host = null!;
    AuthApi _api = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        _host = await new TestHost(_database).With("Auth:HashingConcurrency", "1").With("Auth:HashingQueue", "3").StartAsync();
        _api = new AuthApi(_host);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await TestCluster.DropDatabaseAsync(_database);
    }

    [Fact]
    public async Task Beyond_the_queue_a_sign_in_is_refused_at_once_counts_nothing_and_is_served_later()
    {
        var email = AuthApi.NewEmail();
        await _api.RegisterAsync(email);
        var gate = _host.Services.GetRequiredService<HashingGate>();
        var running = await gate.EnterAsync(default);
        var queued = Enumerable.Range(0, 3).Select(_ => gate.EnterAsync(default).AsTask()).ToList();

        Assert.Equal("2", (await _api.LoginAsync(email)).IsRefused(429, "RATE_LIMITED").Headers.RetryAfter?.ToString());
        (await _api.LoginAsync(email, "Falsches-Pferd-9")).IsRefused(429, "RATE_LIMITED");
        (await _api.RegisterAsync(AuthApi.NewEmail())).IsRefused(429, "RATE_LIMITED");
        Assert.Equal(0L, await CountAsync("SELECT count(*) FROM auth.login_attempts"));

        running.Dispose();
        foreach (var waiting in queued)
            (await waiting).Dispose();
        (await _api.LoginAsync(email)).IsOk();
    }

    [Fact]
    public async Task Fifty_sign_ins_at_once_are_served_or_refused_politely_and_the_host_lives_on()
    {
        var people = Enumerable.Range(0, 50).Select(_ => AuthApi.NewEmail()).ToList();
        await _api.RegisterAsync(people[0]);

        var answers = await Task.WhenAll(people.Select(email => _api.LoginAsync(email)));

        Assert.All(answers, answer => Assert.Contains(answer.Status, (int[])[200, 401, 429]));
        var refused = answers.Where(answer => answer.Status == 429).ToList();
        Assert.NotEmpty(refused);
        Assert.All(refused, answer => Assert.Equal("2", answer.IsRefused(429, "RATE_LIMITED").Headers.RetryAfter?.ToString()));
        Assert.True(answers.Length - refused.Count >= 4, "Those that fit were not served.");
        (await _api.LoginAsync(people[0])).IsOk();
    }

    [Theory]
    [InlineData(8, 64L * 1024 * 1024 * 1024, 8)]
    [InlineData(8, 512L * 1024 * 1024, 4)]
    [InlineData(8, 64L * 1024 * 1024, 1)]
    [InlineData(0, long.MaxValue, 1)]
    public void As_many_hashes_run_as_processors_and_memory_allow(int processors, long memory, int running) =>
        Assert.Equal(running, HashingGate.Fitting(processors, memory));

    [Theory]
    [InlineData(1, 32)]
    [InlineData(50, 16)]
    [InlineData(100, 8)]
    [InlineData(5000, 2)]
    public void Nobody_waits_longer_than_a_moment_however_slow_the_machine(int milliseconds, int queue) =>
        Assert.Equal(queue, HashingGate.QueuePerRunning(TimeSpan.FromMilliseconds(milliseconds)));

    async Task<long> CountAsync(string sql)
    {
        await using var connection = new Npgsql.NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new Npgsql.NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
