using Mana.Kernel.Stopping;
using Mana.Testing;
using Xunit;

namespace Mana.Kernel.Tests.Stopping;

/// <summary>Callbacks of a cancellation may throw, as Npgsql's do: neither a stop nor the process ends of it.</summary>
public sealed class PatienceTests
{
    static readonly DateTimeOffset Start = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_worker_stops_although_a_callback_throws_and_what_follows_its_work_is_done()
    {
        using var worker = new Throwing();
        await worker.StartAsync(CancellationToken.None);
        await worker.Begun.Task;
        await worker.StopAsync(CancellationToken.None);
        Assert.True(worker.HasFinished);
        Assert.True(worker.ExecuteTask!.IsCanceled);
    }

    [Fact]
    public async Task A_time_out_ends_its_token_and_what_a_callback_throws_does_not_reach_the_timer()
    {
        var clock = new FakeClock(Start);
        using var patience = new Patience(TimeSpan.FromSeconds(1), clock);
        var ended = Ended(patience.Token);
        await using var throwing = patience.Token.Register(() => throw new InvalidOperationException("from a callback"));
        clock.Advance(TimeSpan.FromSeconds(1));
        await ended;
        Assert.True(patience.IsOver);
    }

    [Fact]
    public async Task It_ends_with_the_token_around_it_and_after_its_use_with_nothing()
    {
        using var outer = new CancellationTokenSource();
        var patience = new Patience(TimeSpan.FromHours(1), outer: outer.Token);
        var used = new Patience(TimeSpan.FromHours(1), outer: outer.Token);
        used.Dispose();
        var ended = Ended(patience.Token);
        await outer.CancelAsync();
        await ended;
        Assert.False(used.IsOver);
        patience.Dispose();
        Assert.True(new Patience(outer.Token).IsOver);
    }

    [Fact]
    public void Its_time_is_that_of_the_host()
    {
        var clock = new FakeClock(Start);
        using var patience = new Patience(TimeSpan.FromSeconds(10), clock);
        clock.Advance(TimeSpan.FromSeconds(9));
        Assert.False(patience.IsOver);
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True(patience.IsOver);
    }

    static Task Ended(CancellationToken token)
    {
        var ended = new TaskCompletionSource();
        token.Register(() => ended.TrySetResult());
        return ended.Task.WaitAsync(TimeSpan.FromSeconds(30), CancellationToken.None);
    }

    sealed class Throwing : Worker
    {
        public TaskCompletionSource Begun { get; } = new();

        public bool HasFinished { get; private set; }

        public override async Task StopAsync(CancellationToken cancellationToken)
        {
            await base.StopAsync(cancellationToken);
            HasFinished = true;
        }

        protected override async Task WorkAsync(CancellationToken stoppingToken)
        {
            stoppingToken.Register(() => throw new ObjectDisposedException("a connection"));
            Begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
        }
    }
}
