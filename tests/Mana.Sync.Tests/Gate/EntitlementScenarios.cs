using System.Collections.Concurrent;
using Mana.Sync.Contracts;
using Mana.Sync.Gate;
using Mana.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Mana.Sync.Tests.Gate;

/// <summary>sync.md 24.1, 14 and 16, and section 5: the gate with a ledger behind it that knows, changes its mind, fails or hangs.</summary>
public sealed class EntitlementScenarios(EntitlementScenarios.WithLedger gate) : IClassFixture<EntitlementScenarios.WithLedger>
{
    [Fact]
    public async Task Scenario_24_1_16_who_has_just_paid_is_let_in_at_once()
    {
        var person = await gate.PersonAsync();
        gate.Ledger.Answers[person.UserId] = false;
        (await person.PushAsync(Change.Insert("t1"))).Refused(402, "sync_inactive");

        gate.Ledger.Answers[person.UserId] = true;
        // Remembered, until somebody says that it changed.
        (await person.PullAsync()).Refused(402, "sync_inactive");
        await gate.Host.Services.GetRequiredService<ISyncEntitlementChanges>().ChangedAsync(person.UserId, default);
        (await person.PushAsync(Change.Insert("t1"))).Ok();

        gate.Ledger.Answers[person.UserId] = false;
        await gate.Host.Services.GetRequiredService<ISyncEntitlementChanges>().ChangedAsync(person.UserId, default);
        (await person.PushAsync(Change.Insert("t2"))).Refused(402, "sync_inactive");
    }

    [Fact]
    public async Task Without_being_told_the_gate_notices_within_a_minute()
    {
        var person = await gate.PersonAsync();
        gate.Ledger.Answers[person.UserId] = false;
        (await person.PullAsync()).Refused(402, "sync_inactive");
        gate.Ledger.Answers[person.UserId] = true;
        gate.Clock.Advance(TimeSpan.FromSeconds(60));
        (await person.PullAsync()).Ok();
    }

    [Fact]
    public async Task Scenario_24_1_14_a_ledger_that_fails_lets_people_in_and_is_left_alone_for_a_while()
    {
        var people = new List<SyncClient>();
        for (var i = 0; i < 12; i++)
            people.Add(await gate.PersonAsync());
        gate.Ledger.Fails = true;
        var before = gate.Ledger.Asked;
        foreach (var person in people)
            (await person.PushAsync(Change.Insert("t1"))).Ok();
        Assert.InRange(gate.Ledger.Asked - before, 1, 4);

        gate.Ledger.Fails = false;
        gate.Ledger.Answers[people[0].UserId] = false;
        gate.Clock.Advance(EntitlementGate.Pause + TimeSpan.FromSeconds(1));
        (await people[0].PullAsync()).Refused(402, "sync_inactive");
    }

    [Fact]
    public async Task However_many_it_has_answered_a_ledger_that_fails_is_left_alone_at_once()
    {
        var entitlements = gate.Host.Services.GetRequiredService<EntitlementGate>();
        gate.Clock.Advance(TimeSpan.FromSeconds(30));
        for (var i = 0; i < 150; i++)
            Assert.Equal(GateResult.Active, await entitlements.CheckAsync($"before-{i}", "todo", default));
        gate.Ledger.Fails = true;
        var before = gate.Ledger.Asked;
        for (var i = 0; i < 50; i++)
            Assert.Equal(GateResult.FailOpen, await entitlements.CheckAsync($"meanwhile-{i}", "todo", default));
        gate.Ledger.Fails = false;
        gate.Clock.Advance(TimeSpan.FromSeconds(30));
        Assert.InRange(gate.Ledger.Asked - before, 1, 4);
    }

    [Fact]
    public async Task A_ledger_that_hangs_costs_patience_once_and_not_for_everybody()
    {
        var first = await gate.PersonAsync();
        gate.Ledger.Hang = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        try
        {
            var waiting = first.PullAsync();
            await gate.Ledger.Entered.Task.WaitAsync(TimeSpan.FromSeconds(30));
            gate.Clock.Advance(TimeSpan.FromSeconds(2));
            (await waiting).Ok();
        }
        finally
        {
            gate.Ledger.Hang.SetResult(true);
            gate.Ledger.Hang = null;
            gate.Clock.Advance(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>It reads slowly, and has pages to come: that it may no longer is asked between them.</summary>
    [Fact]
    public async Task A_stream_in_a_long_backlog_ends_with_the_subscription()
    {
        var person = await gate.PersonAsync();
        gate.Ledger.Answers[person.UserId] = true;
        var text = new string('x', 900);
        foreach (var page in (string[])["a", "b", "c"])
            await person.StoreAsync(Change.Many(1000, i => Change.Insert(page + i, text)));
        await using var stream = await Live.LiveStream.OpenAsync(person.As("b"));
        var read = (await stream.ChangesAsync()).Ids.Length;
        // The second page does not fit into what lies between the two sides: the stream waits with it, or has not come so far.
        gate.Ledger.Answers[person.UserId] = false;
        await gate.Host.Services.GetRequiredService<ISyncEntitlementChanges>().ChangedAsync(person.UserId, default);
        for (var next = await stream.NextAsync(); next.Name == "changes"; next = await stream.NextAsync())
            read += next.Ids.Length;
        Assert.InRange(read, 1, 2000);
    }

    public sealed class WithLedger : IAsyncLifetime
    {
        internal SyncFixture Inner { get; } = new();

        internal FakeClock Clock { get; } = new(new DateTimeOffset(2026, 11, 20, 12, 0, 0, TimeSpan.Zero));

        internal FakeLedger Ledger { get; } = new();

        internal TestHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            await Inner.InitializeAsync();
            Host = await new TestHost(Inner.Database).With(Clock)
                .With(services => services.Replace(ServiceDescriptor.Singleton<ISyncEntitlement>(Ledger))).StartAsync();
        }

        internal Task<SyncClient> PersonAsync() => Inner.PersonAsync(Host);

        public async ValueTask DisposeAsync()
        {
            await Host.DisposeAsync();
            await Inner.DisposeAsync();
        }
    }

    /// <summary>Stands for the ledger, which is a module of its own.</summary>
    internal sealed class FakeLedger : ISyncEntitlement
    {
        int _asked;

        public ConcurrentDictionary<string, bool> Answers { get; } = new(StringComparer.Ordinal);

        public bool Fails { get; set; }

        public TaskCompletionSource<bool>? Hang { get; set; }

        public TaskCompletionSource Entered { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Asked => Volatile.Read(ref _asked);

        public async ValueTask<bool> IsActiveAsync(string userId, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _asked);
            if (Fails)
                throw new InvalidOperationException("The ledger is away.");
            if (Hang is { } hang)
            {
                Entered.TrySetResult();
                return await hang.Task.WaitAsync(cancellationToken);
            }

            return Answers.GetValueOrDefault(userId, true);
        }
    }
}
