using Mana.Kernel.Stopping;
using Mana.Sync.Contracts;
using Mana.Sync.Live.Streams;
using Mana.Sync.Spaces;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.CircuitBreaker;
using Polly.Timeout;

namespace Mana.Sync.Gate;

/// <summary>What the gate found; also the value of the metric's label.</summary>
internal enum GateResult
{
    Active,
    Inactive,

    /// <summary>Nobody could say: let in.</summary>
    FailOpen,

    /// <summary>The app syncs without a subscription; nobody was asked.</summary>
    Exempt,
}

/// <summary>
/// Asks for the entitlement and remembers the answer for less than a minute. Fails open, and cheaply: after a failure nobody is asked for
/// some seconds, so a ledger that hangs costs those their patience who ask in its first second, and nobody after them (sync.md 5; W-56).
/// </summary>
internal sealed class EntitlementGate : IStreamGate
{
    public static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(5);
    static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(1);

    readonly ISyncEntitlement _entitlement;
    readonly SyncMetrics _metrics;
    readonly ILogger<EntitlementGate> _log;
    readonly FreshCache<object> _answers;
    readonly ResiliencePipeline<bool> _asking;
    readonly HashSet<string> _exempt;

    public EntitlementGate(
        ISyncEntitlement entitlement, SyncOptions options, TimeProvider time, SyncMetrics metrics, ILogger<EntitlementGate> log)
    {
        (_entitlement, _metrics, _log) = (entitlement, metrics, log);
        _answers = new FreshCache<object>(time, FreshFor);
        _exempt = new HashSet<string>(
            options.BillingExemptApps.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
        _asking = new ResiliencePipelineBuilder<bool> { TimeProvider = time }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<bool>
            {
                FailureRatio = 0.01,
                MinimumThroughput = 2,
                SamplingDuration = TimeSpan.FromSeconds(10),
                BreakDuration = Pause,
            })
            .AddTimeout(new TimeoutStrategyOptions { Timeout = LongestAnswer })
            .Build();
    }

    /// <summary>Whether this person may sync this app now.</summary>
    public async ValueTask<GateResult> CheckAsync(string userId, string appId, CancellationToken cancellationToken)
    {
        var result = _exempt.Contains(appId) ? GateResult.Exempt : await AskAsync(userId, cancellationToken);
        _metrics.Billing(result);
        return result;
    }

    public async ValueTask<bool> MayStreamAsync(string userId, IReadOnlyList<string> apps, CancellationToken cancellationToken) =>
        apps.All(_exempt.Contains) || await AskAsync(userId, cancellationToken) != GateResult.Inactive;

    public void Forget(string userId) => _answers.Forget(userId);

    public void ForgetAll() => _answers.ForgetAll();

    async ValueTask<GateResult> AskAsync(string userId, CancellationToken cancellationToken)
    {
        try
        {
            return await _answers.GetAsync(userId, FetchAsync, cancellationToken) is true ? GateResult.Active : GateResult.Inactive;
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested)
        {
            if (exception is not BrokenCircuitException)
                _log.LogWarning("The sync entitlement could not be read ({Kind}); everybody is let in", exception.GetType().Name);
            return GateResult.FailOpen;
        }
    }

    async ValueTask<object> FetchAsync(string userId, CancellationToken cancellationToken) => await _asking.ExecuteAsync(
        static async (state, token) =>
        {
            using var patience = new Patience(token);
            return await state._entitlement.IsActiveAsync(state.userId, patience.Token);
        },
        (_entitlement, userId), cancellationToken);
}

/// <summary>Carries a change of entitlement to all hosts; each forgets what it remembered and asks again for the streams that run.</summary>
internal sealed class EntitlementChanges(Live.ILiveSignals signals) : ISyncEntitlementChanges
{
    public Task ChangedAsync(string userId, CancellationToken cancellationToken) => signals.EntitlementChangedAsync(userId, cancellationToken);
}
