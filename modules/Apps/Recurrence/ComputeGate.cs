using System.Collections.Concurrent;
using Mana.Kernel.Errors;
using Mana.Kernel.Identity;
using Microsoft.AspNetCore.Http;

namespace Mana.Apps.Recurrence;

/// <summary>
/// How many computations run at the same time: four of one user, twice the processors of the host (compute.md 6.9). One more waits up to a second for
/// its turn; nobody waits because of somebody else's rules but for the processors.
/// </summary>
internal sealed class ComputeGate(RecurrenceOptions options) : IEndpointFilter, IDisposable
{
    readonly SemaphoreSlim _processors = new(2 * Environment.ProcessorCount);
    readonly ConcurrentDictionary<string, Turns> _users = new(StringComparer.Ordinal);

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var turns = TurnsOf(http.Features.Get<CurrentUser>()?.UserId ?? "");
        try
        {
            if (!await turns.Free.WaitAsync(options.QueueMs, http.RequestAborted))
                return Busy;
            try
            {
                if (!await _processors.WaitAsync(options.QueueMs, http.RequestAborted))
                    return Busy;
                try
                {
                    return await next(context);
                }
                finally
                {
                    _processors.Release();
                }
            }
            finally
            {
                turns.Free.Release();
            }
        }
        finally
        {
            Leave(turns);
        }
    }

    static ApiError Busy => new(429, "RATE_LIMITED", "Too many requests") { RetryAfterSeconds = 1 };

    public void Dispose() => _processors.Dispose();

    Turns TurnsOf(string user)
    {
        while (true)
        {
            var turns = _users.GetOrAdd(user, (key, most) => new Turns(key, new SemaphoreSlim(most)), options.ConcurrentPerUser);
            lock (turns)
                if (turns.Users >= 0)
                {
                    turns.Users++;
                    return turns;
                }
        }
    }

    /// <summary>The last one out takes the entry away: the table holds whoever computes now.</summary>
    void Leave(Turns turns)
    {
        lock (turns)
        {
            if (--turns.Users > 0)
                return;
            turns.Users = -1;
            _users.TryRemove(turns.User, out _);
            turns.Free.Dispose();
        }
    }

    sealed class Turns(string user, SemaphoreSlim free)
    {
        public string User => user;

        public SemaphoreSlim Free => free;

        /// <summary>Requests that hold or wait; -1: taken out of the table.</summary>
        public int Users { get; set; }
    }
}
