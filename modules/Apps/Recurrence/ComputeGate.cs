using Mana.Apps.Wire;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Recurrence;

/// <summary>
/// How many computations run at the same time: four of one user, twice the processors of the host (compute.md 6.9). One more waits up to a second for
/// its turn; nobody waits because of somebody else's rules but for the processors. A slot is for computing: the request has arrived as a whole before, and
/// whoever waits for a reader gives it back meanwhile (<see cref="ComputeSlot"/>).
/// </summary>
internal sealed class ComputeGate(RecurrenceOptions options) : IEndpointFilter, IDisposable
{
    readonly SemaphoreSlim _processors = new(2 * Environment.ProcessorCount);
    readonly PersonTurns _people = new(options.ConcurrentPerUser);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        await BodyFields.ArriveAsync(http);
        await using var slot = new ComputeSlot(this, http.Features.Get<CurrentUser>()?.UserId ?? "");
        if (!await slot.TryTakeAsync(TimeSpan.FromMilliseconds(options.QueueMs), http.RequestAborted))
            return Busy;
        http.Features.Set(slot);
        return await next(context);
    }

    static ApiError Busy => new(429, "RATE_LIMITED", "Too many requests") { RetryAfterSeconds = 1 };

    public void Dispose() => _processors.Dispose();

    /// <summary>A person's turn and a processor; null when either was not to be had in time.</summary>
    internal async ValueTask<IDisposable?> EnterAsync(string user, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await _people.EnterAsync(user, patience, cancellationToken) is not { } turn)
            return null;
        try
        {
            if (await _processors.WaitAsync(patience, cancellationToken))
                return new Held(turn, _processors);
        }
        catch
        {
            turn.Dispose();
            throw;
        }

        turn.Dispose();
        return null;
    }

    sealed class Held(IDisposable turn, SemaphoreSlim processors) : IDisposable
    {
        public void Dispose()
        {
            processors.Release();
            turn.Dispose();
        }
    }
}

/// <summary>The slot of one request, which may be left and taken again. Used by one thread at a time.</summary>
internal sealed class ComputeSlot(ComputeGate gate, string user) : IAsyncDisposable
{
    IDisposable? _held;

    public async ValueTask<bool> TryTakeAsync(TimeSpan patience, CancellationToken cancellationToken) =>
        (_held = await gate.EnterAsync(user, patience, cancellationToken)) is not null;

    /// <summary>Waits for a reader without the slot; comes back with it, however long that takes.</summary>
    public async ValueTask<T> OutsideAsync<T>(ValueTask<T> waiting, CancellationToken cancellationToken)
    {
        if (waiting.IsCompleted)
            return await waiting;
        Leave();
        var result = await waiting;
        await TryTakeAsync(Timeout.InfiniteTimeSpan, cancellationToken);
        return result;
    }

    public ValueTask DisposeAsync()
    {
        Leave();
        return ValueTask.CompletedTask;
    }

    void Leave()
    {
        _held?.Dispose();
        _held = null;
    }
}
