using Mana.Kernel.Jobs;
using Mana.Payments.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Payments.Reconciliation;

/// <summary>Every module's reconciler, one after the other; one that fails does not keep the others from their turn.</summary>
internal sealed class Reconcilers(IEnumerable<StripeReconcilerEntry> all, IServiceScopeFactory scopes, PaymentsMetrics metrics, ILogger<Reconcilers> log)
{
    public async Task RunAsync(ReconciliationScope scope, CancellationToken cancellationToken)
    {
        foreach (var entry in all)
        {
            try
            {
                await using var services = scopes.CreateAsyncScope();
                var summary = await entry.Resolve(services.ServiceProvider).ReconcileAsync(scope, cancellationToken);
                metrics.Repaired(entry.Name, summary.Repaired);
                log.LogInformation("Reconciliation {Name} ({Scope}): {Looked} looked at, {Repaired} repaired, {Failed} failed", entry.Name, scope, summary.Looked, summary.Repaired, summary.Failed);
            }
            catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
            {
                log.LogError(failure, "Reconciliation {Name} failed", entry.Name);
            }
        }
    }
}

/// <summary>Every five minutes: events that webhooks did not bring.</summary>
internal sealed class PullJob(IStripeAvailability stripe, EventPull pull) : IManaJob
{
    public Task RunAsync(CancellationToken cancellationToken) => stripe.CanCall ? pull.PullAsync(cancellationToken) : Task.CompletedTask;
}

/// <summary>Every quarter of an hour: what waits for an answer.</summary>
internal sealed class OpenReconciliation(IStripeAvailability stripe, Reconcilers reconcilers) : IManaJob
{
    public Task RunAsync(CancellationToken cancellationToken) => stripe.CanCall ? reconcilers.RunAsync(ReconciliationScope.Open, cancellationToken) : Task.CompletedTask;
}

/// <summary>Every night: the events of two days, and everything that is alive.</summary>
internal sealed class FullReconciliation(IStripeAvailability stripe, EventPull pull, Reconcilers reconcilers, TimeProvider time) : IManaJob
{
    static readonly TimeSpan LookBack = TimeSpan.FromHours(48);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (!stripe.CanCall)
            return;
        await pull.PullAsync(time.GetUtcNow() - LookBack, cancellationToken);
        await reconcilers.RunAsync(ReconciliationScope.All, cancellationToken);
    }
}
