using System.IO.Pipelines;
using Mana.Apps.Recurrence;
using Mana.Apps.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Mana.Apps.Tests.Recurrence;

/// <summary>compute.md 6.9 and RG-11: slots are for computing.</summary>
[Collection(SharedHost.Name)]
public sealed class ComputeGateScenarios(AppsFixture world)
{
    [Fact]
    public async Task Scenario_RG_11_one_person_computes_four_at_a_time()
    {
        using var gate = new ComputeGate(new RecurrenceOptions { QueueMs = 50 });
        var (release, entered) = (new TaskCompletionSource(), 0);
        async ValueTask<object?> Work()
        {
            Interlocked.Increment(ref entered);
            await release.Task;
            return "done";
        }

        var running = Enumerable.Range(0, 4).Select(_ => gate.InvokeAsync(new Invocation("a"), _ => Work()).AsTask()).ToList();
        var fifth = await gate.InvokeAsync(new Invocation("a"), _ => Work());
        Assert.Equal(429, Assert.IsType<Mana.Kernel.Errors.ApiError>(fifth).StatusCode);
        Assert.Equal(4, entered);
        if (Environment.ProcessorCount >= 3)
            running.Add(gate.InvokeAsync(new Invocation("b"), _ => Work()).AsTask());
        release.SetResult();
        Assert.All(await Task.WhenAll(running), result => Assert.Equal("done", result));
        Assert.Equal("done", await gate.InvokeAsync(new Invocation("a"), _ => Work()));
    }

    [Fact]
    public async Task Scenario_RG_11_whoever_waits_for_a_slow_reader_is_in_nobody_s_way()
    {
        using var gate = new ComputeGate(new RecurrenceOptions { ConcurrentPerUser = 1, QueueMs = 5_000 });
        var (series, _) = ExpandRequest.Read(await GuardScenarios.FieldsAsync(new { rrule = "FREQ=SECONDLY", dtstart = "2026-01-01T00:00:00Z", maxOccurrences = 1000 }), false);
        // The reader takes nothing until it is let.
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 1_000, resumeWriterThreshold: 500));
        var expansion = world.Host.Services.GetRequiredService<SeriesExpansion>();
        var slow = gate.InvokeAsync(new Invocation("a"), async context =>
        {
            await expansion.StreamAsync("a", series!, () => { }, pipe.Writer, context.HttpContext.Features.Get<ComputeSlot>(), default);
            await pipe.Writer.CompleteAsync();
            return "streamed";
        }).AsTask();
        Assert.Equal("done", await gate.InvokeAsync(new Invocation("a"), _ => ValueTask.FromResult<object?>("done")));
        Assert.False(slow.IsCompleted);
        using var lines = new StreamReader(pipe.Reader.AsStream());
        Assert.Equal(1_001, (await lines.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.Equal("streamed", await slow);
    }

    [Fact]
    public async Task Scenario_RG_11_whoever_sends_slowly_holds_no_slot()
    {
        using var gate = new ComputeGate(new RecurrenceOptions { ConcurrentPerUser = 1, QueueMs = 5_000 });
        var (body, entered) = (new Pipe(), false);
        var slow = new Invocation("a");
        slow.HttpContext.Request.Body = body.Reader.AsStream();
        var sending = gate.InvokeAsync(slow, async context =>
        {
            entered = true;
            return (await BodyFields.ReadAsync(context.HttpContext)).Text("rrule");
        }).AsTask();
        await body.Writer.WriteAsync("{\"rrule\":"u8.ToArray());
        Assert.Equal("done", await gate.InvokeAsync(new Invocation("a"), _ => ValueTask.FromResult<object?>("done")));
        Assert.False(entered);
        await body.Writer.WriteAsync("\"x\"}"u8.ToArray());
        await body.Writer.CompleteAsync();
        Assert.Equal("x", await sending);
    }

    sealed class Invocation(string user) : Microsoft.AspNetCore.Http.EndpointFilterInvocationContext
    {
        public override Microsoft.AspNetCore.Http.HttpContext HttpContext { get; } = Context(user);

        public override IList<object?> Arguments { get; } = [];

        public override T GetArgument<T>(int index) => throw new NotSupportedException();

        static Microsoft.AspNetCore.Http.DefaultHttpContext Context(string user)
        {
            var context = new Microsoft.AspNetCore.Http.DefaultHttpContext();
            context.Features.Set(new Mana.Kernel.Identity.CurrentUser(user, null, null, "user", "public", DateTimeOffset.MaxValue));
            return context;
        }
    }
}
