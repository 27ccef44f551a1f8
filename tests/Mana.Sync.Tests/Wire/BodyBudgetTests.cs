using System.IO.Pipelines;
using Mana.Sync.Tests.Live;
using Mana.Sync.Wire;
using Mana.Testing;
using Microsoft.AspNetCore.Http;

namespace Mana.Sync.Tests.Wire;

/// <summary>A body takes the memory of what has arrived of it, and all of them together no more than the host can spare.</summary>
public sealed class BodyBudgetTests
{
    readonly FakeClock _clock = new(DateTimeOffset.UnixEpoch);
    readonly BodyBudget _budget;

    public BodyBudgetTests() => _budget = new BodyBudget(_clock);

    [Fact]
    public async Task What_is_announced_reserves_nothing()
    {
        var (pipe, reading) = Announce("u");
        await pipe.Writer.WriteAsync(new byte[1]);
        Assert.InRange(_budget.Taken, 1, 64 * 1024);
        await pipe.Writer.WriteAsync(new byte[100_000]);
        await Soon.TrueAsync("the block grows with what arrives", () => _budget.Taken > 64 * 1024);
        Assert.InRange(_budget.Taken, 64 * 1024, 512 * 1024);
        await pipe.Writer.CompleteAsync();
        var (body, error) = await reading;
        Assert.Equal((null, 100_001), (error, body!.Memory.Length));
        body.Dispose();
        Assert.Equal(0, _budget.Taken);
    }

    [Fact]
    public async Task A_large_body_that_does_not_arrive_gives_back_what_it_holds()
    {
        var (pipe, reading) = Announce("u");
        await pipe.Writer.WriteAsync(new byte[300_000]);
        await Soon.TrueAsync("it holds a large block", () => _budget.Taken > 300_000);
        _clock.Advance(BodyBudget.LargeBodyWithin - TimeSpan.FromSeconds(1));
        Assert.False(reading.IsCompleted);
        _clock.Advance(TimeSpan.FromSeconds(1));
        var (body, error) = await reading.WaitAsync(TimeSpan.FromSeconds(10));
        Assert.Equal((null, 408), (body, error!.StatusCode));
        Assert.Equal(0, _budget.Taken);
    }

    [Fact]
    public async Task The_largest_body_is_read_and_one_byte_more_is_not()
    {
        foreach (var more in (int[])[0, 1])
        {
            var (pipe, reading) = Announce("u");
            var write = Task.Run(async () =>
            {
                await pipe.Writer.WriteAsync(new byte[Limits.BodyBytes + more]);
                await pipe.Writer.CompleteAsync();
            });
            var (body, error) = await reading;
            await write;
            Assert.Equal(more == 0, body is not null);
            Assert.Equal(more == 0 ? null : "body_too_large", error?.Error);
            body?.Dispose();
            Assert.Equal(0, _budget.Taken);
        }
    }

    [Fact]
    public void One_person_cannot_take_it_all_and_the_host_has_an_end()
    {
        var first = _budget.For("a")!;
        Assert.Null(first.Take(BodyBudget.MostPerUser));
        Assert.Equal((429, (int?)1), (first.Take(1)!.StatusCode, first.Take(1)!.RetryAfterSeconds));
        Assert.Null(_budget.For("b")!.Take(BodyBudget.MostPerUser));
        var third = _budget.For("c")!;
        Assert.Null(third.Take(BodyBudget.Most - (2 * BodyBudget.MostPerUser)));
        var refused = third.Take(1)!;
        Assert.Equal((503, "unavailable", (int?)2), (refused.StatusCode, refused.Error, refused.RetryAfterSeconds));
        first.Return(BodyBudget.MostPerUser);
        first.Dispose();
        Assert.Null(third.Take(1));
    }

    [Fact]
    public void A_person_has_a_few_requests_under_way_and_others_are_not_concerned()
    {
        var shares = Enumerable.Range(0, BodyBudget.RequestsPerUser).Select(_ => _budget.For("a")!).ToList();
        Assert.Null(_budget.For("a"));
        Assert.NotNull(_budget.For("b"));
        shares[0].Dispose();
        Assert.NotNull(_budget.For("a"));
    }

    (Pipe Pipe, Task<(RequestBody? Body, Mana.Kernel.Errors.ApiError? Error)> Reading) Announce(string user)
    {
        var pipe = new Pipe();
        var context = new DefaultHttpContext();
        context.Request.ContentLength = Limits.BodyBytes;
        context.Request.Body = pipe.Reader.AsStream();
        return (pipe, RequestBody.ReadAsync(context, Limits.BodyBytes, _budget.For(user)!, CancellationToken.None));
    }
}
