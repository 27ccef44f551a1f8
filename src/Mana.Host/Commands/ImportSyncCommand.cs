using Mana.Sync.Contracts;

namespace Mana.Host.Commands;

/// <summary><c>import-sync</c>.</summary>
internal static class ImportSyncCommand
{
    /// <summary>0: all is here and equal. 1: not, or stopped before the end.</summary>
    public static Task<int> RunAsync(IServiceProvider services, ImportRequest request) => ImportRun.GoAsync(
        services, (progress, stop) => services.GetRequiredService<ISyncImport>().RunAsync(request, progress, stop), TellAsync);

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
