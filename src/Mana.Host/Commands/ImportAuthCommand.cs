using Mana.Auth.Contracts;

namespace Mana.Host.Commands;

/// <summary><c>import-auth</c>.</summary>
internal static class ImportAuthCommand
{
    /// <summary>0: all is here and equal, and every vault opens. 1: not, or stopped before the end.</summary>
    public static Task<int> RunAsync(IServiceProvider services, AuthImportRequest request) => ImportRun.GoAsync(
        services, (progress, stop) => services.GetRequiredService<IAuthImport>().RunAsync(request, progress, stop), TellAsync);

    static async Task<int> TellAsync(AuthImportResult result)
    {
        switch (result)
        {
            case AuthImportResult.Completed completed:
                foreach (var line in AuthImportSummary.Lines(completed))
                    await Console.Out.WriteLineAsync(line);
                return completed.Passed ? 0 : 1;
            case AuthImportResult.Refused refused:
                foreach (var line in AuthImportSummary.Lines(refused))
                    await Console.Error.WriteLineAsync(line);
                return 1;
            default:
                throw new InvalidOperationException("There is no other result.");
        }
    }
}
