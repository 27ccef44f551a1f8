using Microsoft.Extensions.Hosting;

namespace Mana.Sync.Live.Streams;

/// <summary>Whether someone may (still) stream these apps (sync.md 5, 8.5).</summary>
internal interface IStreamGate
{
    /// <summary>Asked at the start of a stream over several apps, at every heartbeat, and when <see cref="ILiveSignals.EntitlementChangedAsync"/> says so.</summary>
    ValueTask<bool> MayStreamAsync(string userId, IReadOnlyList<string> apps, CancellationToken cancellationToken);
}

/// <summary>The switch of <see cref="Gate.BillingGate"/>: the same for everyone.</summary>
internal sealed class SwitchedStreamGate(SyncOptions options, IHostEnvironment environment) : IStreamGate
{
    readonly bool _open = options.BillingGate is { Length: > 0 } gate ? gate == "open" : environment.IsDevelopment();

    readonly HashSet<string> _exempt = new(
        options.BillingExemptApps.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    public ValueTask<bool> MayStreamAsync(string userId, IReadOnlyList<string> apps, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_open || apps.All(_exempt.Contains));
}
