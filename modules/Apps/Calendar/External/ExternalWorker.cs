using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Mana.Apps.Calendar.External;

/// <summary>Looks for subscriptions that are due, now and then and when somebody asks for a run.</summary>
internal sealed class ExternalWorker(IServiceScopeFactory scopes, CalendarOptions options, TimeProvider time, ILogger<ExternalWorker> log) : BackgroundService
{
    readonly Channel<bool> _wishes = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Somebody waits for a run.</summary>
    public void Wake() => _wishes.Writer.TryWrite(true);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<ExternalSync>().RunDueAsync(stoppingToken);
            }
            catch (Exception exception) when (!stoppingToken.IsCancellationRequested)
            {
                log.LogError(exception, "Calendars outside were not synchronised; tried again in {Seconds} s", options.PollSeconds);
            }

            await PauseAsync(stoppingToken);
        }
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
