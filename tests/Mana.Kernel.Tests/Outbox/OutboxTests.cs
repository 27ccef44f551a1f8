using Mana.Kernel.Outbox;
using Mana.Testing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Npgsql;
using Xunit;

namespace Mana.Kernel.Tests.Outbox;

/// <summary>The outbox over a real database: the module under test is a table of its own, written like any module writes.</summary>
public sealed class OutboxTests : IAsyncLifetime
{
    const string Schema = "outboxtest";
    readonly FakeClock _clock = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));
    string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = await TestCluster.CreateDatabaseAsync();
        await using var source = NpgsqlDataSource.Create(_database);
        await using var context = new EventsContext(new DbContextOptionsBuilder<EventsContext>().UseNpgsql(source).Options);
        await ExecuteAsync($"CREATE SCHEMA {Schema} AUTHORIZATION mana_owner; GRANT USAGE ON SCHEMA {Schema} TO mana_app");
        await ExecuteAsync("SET ROLE mana_owner; " + context.Database.GenerateCreateScript());
        await ExecuteAsync("SET ROLE mana_owner; " + OutboxModel.TriggerSql(Schema));
    }

    public async ValueTask DisposeAsync() => await TestCluster.DropDatabaseAsync(_database);

    [Fact]
    public async Task An_event_reaches_every_handler_once_and_its_row_goes()
    {
        await using var host = await StartAsync<CountingA, CountingB>();
        await PublishAsync(host, "hello");

        Assert.Equal(1, await Dispatcher(host).DrainAsync(default));

        Assert.Equal(["A:hello", "B:hello"], Seen(host).Order());
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task An_event_of_a_rolled_back_transaction_never_happened()
    {
        await using var host = await StartAsync<CountingA, CountingB>();
        await using (var scope = host.Services.CreateAsyncScope())
        {
            var context = scope.ServiceProvider.GetRequiredService<EventsContext>();
            await using var transaction = await context.Database.BeginTransactionAsync();
            scope.ServiceProvider.GetRequiredService<EventWriter>().Add(context, new Said("never"));
            await context.SaveChangesAsync();
            await transaction.RollbackAsync();
        }

        Assert.Equal(0, await Dispatcher(host).DrainAsync(default));
        Assert.Empty(Seen(host));
    }

    [Fact]
    public async Task A_failing_handler_is_retried_with_back_off_and_does_not_repeat_the_others()
    {
        await using var host = await StartAsync<CountingA, FailingTwice>();
        await PublishAsync(host, "x");

        await Dispatcher(host).DrainAsync(default);
        Assert.Equal(["A:x"], Seen(host));
        Assert.Equal(0, await Dispatcher(host).DrainAsync(default));

        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Dispatcher(host).DrainAsync(default));
        _clock.Advance(TimeSpan.FromSeconds(1.5));
        Assert.Equal(0, await Dispatcher(host).DrainAsync(default));
        _clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await Dispatcher(host).DrainAsync(default));

        Assert.Equal(["A:x", "F:x"], Seen(host).Order());
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task After_ten_failures_the_event_is_parked_visible_and_can_be_put_back()
    {
        await using var host = await StartAsync<AlwaysFailing, CountingB>();
        await PublishAsync(host, "stuck");
        for (var attempt = 0; attempt < OutboxDispatcher.MaxAttempts; attempt++)
        {
            Assert.Equal(1, await Dispatcher(host).DrainAsync(default));
            _clock.Advance(TimeSpan.FromHours(1));
        }

        Assert.Equal(0, await Dispatcher(host).DrainAsync(default));
        var client = host.CreateClient();
        client.DefaultRequestHeaders.Add("X-Service-Key", "the-service-key");
        var parked = await client.GetStringAsync("/api/v1/internal/outbox/parked");
        Assert.Contains("outboxtest.said", parked, StringComparison.Ordinal);
        Assert.Contains("InvalidOperationException", parked, StringComparison.Ordinal);
        Assert.DoesNotContain("stuck", parked, StringComparison.Ordinal);

        await using (var watching = await StartAsync<AlwaysFailing, CountingB>(dispatch: true))
            await UntilMetricsShowAsync(watching.CreateClient(), "mana_outbox_parked{module=\"outboxtest\"} 1");

        var id = (await ScalarAsync<Guid>($"SELECT id FROM {Schema}.outbox"))!;
        using var retried = await client.PostAsync($"/api/v1/internal/outbox/{Schema}/{id}/retry", null);
        Assert.True(retried.IsSuccessStatusCode);
        Assert.Equal(1, await Dispatcher(host).DrainAsync(default));
        using var unknown = await client.PostAsync($"/api/v1/internal/outbox/{Schema}/{Guid.Empty}/retry", null);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task Two_dispatchers_never_hold_one_event_at_the_same_time()
    {
        await using var first = await StartAsync<CountingA, CountingB>();
        await using var second = await StartAsync<CountingA, CountingB>();
        for (var i = 0; i < 40; i++)
            await PublishAsync(first, $"e{i}");

        var taken = await Task.WhenAll(Dispatcher(first).DrainAsync(default), Dispatcher(second).DrainAsync(default));

        Assert.Equal(40, taken.Sum());
        Assert.Equal(80, Seen(first).Concat(Seen(second)).Distinct().Count());
        Assert.Equal(80, Seen(first).Count + Seen(second).Count);
    }

    [Fact]
    public async Task One_that_fails_among_many_waits_alone()
    {
        await using var host = await StartAsync<CountingA, Picky>();
        for (var i = 0; i < 40; i++)
            await PublishAsync(host, i is 3 or 20 ? "bad" : $"e{i}");
        Assert.Equal(40, await Dispatcher(host).DrainAsync(default));
        Assert.Equal((40, 38, 2L), (Seen(host).Count(line => line[0] == 'A'), Seen(host).Count(line => line[0] == 'P'), await CountAsync()));
    }

    [Fact]
    public async Task A_claim_of_the_oldest_few_does_not_read_all_that_wait()
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var connection = await source.OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        // An empty table that PostgreSQL knows to be empty, and then a long queue.
        await using (var fill = new NpgsqlCommand($"""
            ANALYZE {Schema}.outbox;
            INSERT INTO {Schema}.outbox (id, type, payload, occurred_at, next_attempt_at)
              SELECT gen_random_uuid(), 'x', '{"{}"}', now() - i * interval '1 s', now() - i * interval '1 s' FROM generate_series(1, 2000) i
            """, connection))
            await fill.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        var claimed = await new OutboxStore(Schema).ClaimAsync(transaction, DateTimeOffset.MaxValue.AddYears(-1), 16, default);
        Assert.Equal(claimed.OrderBy(message => message.OccurredAt).Select(message => message.Id), claimed.ConvertAll(message => message.Id));
        Assert.Equal(16, claimed.Count);
        await using var read = new NpgsqlCommand($"SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relid = '{Schema}.outbox'::regclass", connection);
        Assert.InRange((long)(await read.ExecuteScalarAsync(TestContext.Current.CancellationToken))!, 16, 64);
    }

    [Fact]
    public async Task An_outbox_that_is_full_does_not_keep_the_others_waiting()
    {
        await ExecuteAsync($"""
            CREATE SCHEMA other AUTHORIZATION mana_owner; SET ROLE mana_owner; GRANT USAGE ON SCHEMA other TO mana_app;
            CREATE TABLE other.outbox (LIKE {Schema}.outbox INCLUDING ALL); GRANT SELECT, INSERT, UPDATE, DELETE ON other.outbox TO mana_app
            """);
        await using var host = await StartAsync<CountingA, TakingTime>(also: "other");
        for (var i = 0; i < 40; i++)
            await PublishAsync(host, $"e{i}");
        await ExecuteAsync($$"""
            INSERT INTO other.outbox (id, type, payload, occurred_at, next_attempt_at)
            VALUES (gen_random_uuid(), 'outboxtest.said', '{"text":"elsewhere"}', '2026-11-20T12:00:00Z', '2026-11-20T12:00:00Z')
            """);

        await Dispatcher(host).DrainAsync(default);
        Assert.Equal(41, Seen(host).Count);
        Assert.InRange(Seen(host).IndexOf("A:elsewhere"), 0, 16);
    }

    [Fact]
    public async Task A_host_that_stops_does_not_deliver_again_what_it_has_delivered()
    {
        await using var host = await StartAsync<CountingA, Stopping>();
        for (var i = 0; i < 10; i++)
        {
            await PublishAsync(host, i == 3 ? "stop" : "go");
            _clock.Advance(TimeSpan.FromSeconds(1));
        }

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Dispatcher(host).DrainAsync(host.Services.GetRequiredService<Log>().Stop.Token));
        Assert.Equal(7, await CountAsync());
    }

    [Fact]
    public async Task A_committed_event_wakes_the_dispatcher_without_a_poll()
    {
        // The clock stands still, so a poll can never come: only the notification can.
        await using var host = await StartAsync<CountingA, CountingB>(dispatch: true);
        await PublishAsync(host, "woken");
        var both = host.Services.GetRequiredService<Log>().WaitForAsync(2);
        Assert.Same(both, await Task.WhenAny(both, Task.Delay(TimeSpan.FromSeconds(20))));
    }

    static async Task UntilMetricsShowAsync(HttpClient client, string line)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (!(await client.GetStringAsync("/metrics", patience.Token)).Contains(line, StringComparison.Ordinal))
            await Task.Yield();
    }

    static OutboxDispatcher Dispatcher(TestHost host) => host.Services.GetRequiredService<OutboxDispatcher>();

    static List<string> Seen(TestHost host) => host.Services.GetRequiredService<Log>().Lines;

    async Task<TestHost> StartAsync<TFirst, TSecond>(bool dispatch = false, string? also = null)
        where TFirst : class, IManaEventHandler<Said>
        where TSecond : class, IManaEventHandler<Said>
    {
        var host = new TestHost(_database).With(_clock).With("ServiceKeys:Current", "the-service-key").With(services =>
        {
            services.AddSingleton<Log>();
            services.AddDbContext<EventsContext>((provider, options) => options.UseNpgsql(provider.GetRequiredService<NpgsqlDataSource>()));
            services.RemoveAll<OutboxSource>();
            services.AddManaOutbox(Schema);
            if (also is not null)
                services.AddManaOutbox(also);
            services.AddManaEventHandler<Said, TFirst>("first");
            services.AddManaEventHandler<Said, TSecond>("second");
            if (!dispatch)
                services.Remove(services.Single(service => service.ServiceType == typeof(IHostedService) && service.ImplementationFactory?.Method.ReturnType == typeof(OutboxDispatcher)));
        });
        return await host.StartAsync();
    }

    static async Task PublishAsync(TestHost host, string text)
    {
        await using var scope = host.Services.CreateAsyncScope();
        var context = scope.ServiceProvider.GetRequiredService<EventsContext>();
        scope.ServiceProvider.GetRequiredService<EventWriter>().Add(context, new Said(text));
        await context.SaveChangesAsync();
    }

    async Task<long> CountAsync() => await ScalarAsync<long>($"SELECT count(*) FROM {Schema}.outbox");

    async Task<T?> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T?)await command.ExecuteScalarAsync();
    }

    async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    sealed record Said(string Text) : IManaEvent
    {
        public static string Name => "outboxtest.said";
    }

    sealed class EventsContext(DbContextOptions<EventsContext> options) : DbContext(options)
    {
        protected override void OnModelCreating(ModelBuilder modelBuilder) => modelBuilder.HasDefaultSchema(Schema).AddOutbox();
    }

    sealed class Log
    {
        public CancellationTokenSource Stop { get; } = new();

        readonly List<string> _lines = [];
        readonly List<(int Count, TaskCompletionSource Done)> _waiting = [];

        public List<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public void Add(string line)
        {
            lock (_lines)
            {
                _lines.Add(line);
                _waiting.Where(waiting => waiting.Count <= _lines.Count).ToList().ForEach(waiting => waiting.Done.TrySetResult());
            }
        }

        public Task WaitForAsync(int count)
        {
            lock (_lines)
            {
                var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                if (_lines.Count >= count)
                    done.SetResult();
                _waiting.Add((count, done));
                return done.Task;
            }
        }
    }

    sealed class CountingA(Log log) : IManaEventHandler<Said>
    {
        public Task HandleAsync(Said happened, EventContext context, CancellationToken cancellationToken)
        {
            log.Add("A:" + happened.Text);
            return Task.CompletedTask;
        }
    }

    sealed class CountingB(Log log) : IManaEventHandler<Said>
    {
        public Task HandleAsync(Said happened, EventContext context, CancellationToken cancellationToken)
        {
            log.Add("B:" + happened.Text);
            return Task.CompletedTask;
        }
    }

    sealed class FailingTwice(Log log) : IManaEventHandler<Said>
    {
        public Task HandleAsync(Said happened, EventContext context, CancellationToken cancellationToken)
        {
            if (context.Attempt <= 2)
                throw new InvalidOperationException(happened.Text);
            log.Add("F:" + happened.Text);
            return Task.CompletedTask;
        }
    }

    /// <summary>A second for each.</summary>
    sealed class TakingTime(TimeProvider time) : IManaEventHandler<Said>
    {
        public Task HandleAsync(Said happened, EventContext context, CancellationToken cancellationToken)
        {
            ((FakeClock)time).Advance(TimeSpan.FromSeconds(1));
            return Task.CompletedTask;
        }
    }

    sealed class Picky(Log log) : IManaEventHandler<Said>
    {
        public Task HandleAsync(Said happened, EventContext context, CancellationToken cancellationToken)
        {
            if (happened.Text == "bad")
                throw new InvalidOperationException(happened.Text);
            log.Add("P:" + happened.Text);
            return Task.CompletedTask;
        }
    }

    /// <summary>The host is told to stop while this one is at work.</summary>
    sealed class Stopping(Log log) : IManaEventHandler<Said>
    {
        public async Task HandleAsync(Said happened, EventContext context, CancellationToken cancellationToken)
        {
            if (happened.Text == "stop")
                await log.Stop.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    sealed class AlwaysFailing : IManaEventHandler<Said>
    {
        public Task HandleAsync(Said happened, EventContext context, CancellationToken cancellationToken) => throw new InvalidOperationException(happened.Text);
    }
}
