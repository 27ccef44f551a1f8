using System.Threading.Channels;
using Mana.Kernel.Stopping;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Mana.Apps.Calendar.External;

/// <summary>
/// Looks for subscriptions that are due, now and then and when somebody asks for a run. It looks without EF: on most hosts nobody has subscribed to anything, and a model
/// that is not built is memory and time of every start.
/// </summary>
internal sealed class ExternalWorker(NpgsqlDataSource database, IServiceScopeFactory scopes, CalendarOptions options, TimeProvider time, ILogger<ExternalWorker> log) : Worker
{
    const string AnyDue = "SELECT EXISTS (SELECT FROM apps.external_calendars WHERE enabled AND next_run_at <= $1)";

    readonly Channel<bool> _wishes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Somebody waits for a run.</summary>
    public void Wake() => _wishes.Writer.TryWrite(true);

    protected override async Task WorkAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await IsAnyDueAsync(stoppingToken))
                {
                    await using var scope = scopes.CreateAsyncScope();
                    await scope.ServiceProvider.GetRequiredService<ExternalSync>().RunDueAsync(stoppingToken);
                }
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(exception, "Calendars outside were not synchronised; tried again in {Seconds} s", options.PollSeconds);
            }

            await PauseAsync(stoppingToken);
        }
    }

    async Task<bool> IsAnyDueAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(AnyDue);
        command.Parameters.Add(new() { Value = time.GetUtcNow() });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }

    async Task PauseAsync(CancellationToken stoppingToken)
    {
        using var pause = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        var wish = _wishes.Reader.WaitToReadAsync(pause.Token).AsTask();
        await Task.WhenAny(wish, Task.Delay(TimeSpan.FromSeconds(options.PollSeconds), time, pause.Token));
        await pause.CancelAsync();
        _wishes.Reader.TryRead(out _);
    }
}
