using System.Runtime.InteropServices;
using Mana.Sync.Contracts;
using Npgsql;

namespace Mana.Host.Commands;

/// <summary>Runs the import without opening a port. Ctrl+C ends it between two transactions; the next run goes on from there.</summary>
internal static class ImportSyncCommand
{
    /// <summary>0: all is here and equal. 1: not, or stopped before the end.</summary>
    public static async Task<int> RunAsync(IServiceProvider services, ImportRequest request)
    {
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Cancel);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Cancel);
        var progress = new ProgressLine(Console.Error, Console.IsErrorRedirected, services.GetRequiredService<TimeProvider>());
        try
        {
            var result = await services.GetRequiredService<ISyncImport>().RunAsync(request, progress, stop.Token);
            progress.End();
            return await TellAsync(result);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            progress.End();
            return await StoppedAsync("Stopped.");
        }
        catch (NpgsqlException exception)
        {
            progress.End();
            return await StoppedAsync($"Stopped, because a database failed: {exception.Message}");
        }

        void Cancel(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stop.Cancel();
        }
    }

    static async Task<int> StoppedAsync(string why)
    {
        await Console.Error.WriteLineAsync(why + " What was imported is kept; the same command goes on from there.");
        return 1;
    }

    static async Task<int> TellAsync(ImportResult result)
    {
        switch (result)
        {
            case ImportResult.Completed completed:
                foreach (var line in ImportSummary.Lines(completed))
                    await Console.Out.WriteLineAsync(line);
                return completed.Verification.Passed ? 0 : 1;
            case ImportResult.Refused refused:
                await Console.Error.WriteLineAsync("Nothing was imported: " + refused.Reason);
                return 1;
            default:
                throw new InvalidOperationException("There is no other result.");
        }
    }
}
