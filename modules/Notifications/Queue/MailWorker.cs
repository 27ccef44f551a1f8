using Mana.Kernel.Stopping;
using Mana.Notifications.Data;
using Mana.Notifications.Templates;
using Mana.Notifications.Transports;
using Microsoft.Extensions.Logging;

namespace Mana.Notifications.Queue;

/// <summary>
/// Sends what is due, in a few lanes side by side. Any number of hosts may do so at once: the lease of a claim keeps a mail with one of them.
/// A host that is killed after the server took a mail and before that is written down sends it again, with the same Message-ID.
/// </summary>
internal sealed class MailWorker(
    DeliveryStore store, IMailTransport transport, QueueSignal signal, QueueGauges gauges, RetrySchedule retries, NotificationsOptions options,
    NotificationsMetrics metrics, TimeProvider time, ILogger<MailWorker> log) : Worker
{
    protected override Task WorkAsync(CancellationToken stoppingToken) => options.Deliver
        ? Task.WhenAll(Enumerable.Range(0, options.Lanes).Select(_ => LaneAsync(stoppingToken)).Append(signal.ListenAsync(stoppingToken)))
        : Task.CompletedTask;

    async Task LaneAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                while (await DeliverNextAsync(stoppingToken))
                {
                    // The next one.
                }

                await gauges.SampleAsync(stoppingToken);
                await signal.WaitAsync(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                log.LogWarning("The mail queue could not be worked ({Kind}); trying again", exception.GetType().Name);
                await Task.Delay(QueueSignal.PollInterval, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>False when nothing is due. A conversation that has begun is ended also when the host stops: see <see cref="IMailTransport"/>.</summary>
    internal async Task<bool> DeliverNextAsync(CancellationToken stoppingToken)
    {
        var now = time.GetUtcNow();
        if (await store.ClaimAsync(now, now + options.Lease, stoppingToken) is not { } mail)
            return false;
        var settlement = await AttemptAsync(mail, now, stoppingToken);
        await store.SettleAsync(mail, settlement, options.KeepValues == true, CancellationToken.None);
        Tell(mail, settlement);
        return true;
    }

    async Task<Settlement> AttemptAsync(ClaimedMail mail, DateTimeOffset now, CancellationToken stoppingToken)
    {
        if (mail.ExpiresAt <= now)
            return new Settlement.GivenUp(DeliveryState.Expired, null);
        // Only claims that ended without an answer get here: whatever happens to hosts that take it is not to go on for ever.
        if (mail.Attempts > RetrySchedule.MaxAttempts)
            return new Settlement.GivenUp(DeliveryState.Failed, "attempts");
        if (MailRenderer.Render(mail.Template, mail.Locale, mail.Values) is not { } rendered)
            return new Settlement.GivenUp(DeliveryState.Failed, "template");
        return await transport.SendAsync(new OutgoingMail(mail.Id, mail.Template, mail.Recipient, rendered), stoppingToken) switch
        {
            TransportResult.Accepted => new Settlement.Sent(time.GetUtcNow()),
            TransportResult.Deferred deferred => Retry(mail, deferred.Code),
            TransportResult.Refused refused => new Settlement.GivenUp(
                DeliveryState.Failed, refused.Code, refused.MailboxUnknown ? time.GetUtcNow() + TimeSpan.FromDays(options.SuppressionDays) : null),
            _ => throw new InvalidOperationException("There is no other result."),
        };
    }

    Settlement Retry(ClaimedMail mail, string error) => retries.WaitAfter(mail.Attempts) is { } wait
        ? new Settlement.Later(time.GetUtcNow() + wait, error)
        : new Settlement.GivenUp(DeliveryState.Failed, error);

    void Tell(ClaimedMail mail, Settlement settlement)
    {
        switch (settlement)
        {
            case Settlement.Later later:
                metrics.Delivered(mail.Template, MailResult.Retried);
                log.LogWarning("Mail {Template} {Id} is put off until {At:O} ({Error}), attempt {Attempt}", mail.Template, mail.Id, later.At, later.Error, mail.Attempts);
                break;
            case Settlement.GivenUp given:
                metrics.Delivered(mail.Template, given.State);
                log.LogWarning("Mail {Template} {Id} is given up: {State} ({Error}), attempt {Attempt}", mail.Template, mail.Id, given.State, given.Error, mail.Attempts);
                break;
            default:
                metrics.Delivered(mail.Template, MailResult.Sent);
                log.LogInformation("Mail {Template} {Id} is sent, attempt {Attempt}", mail.Template, mail.Id, mail.Attempts);
                break;
        }
    }
}
