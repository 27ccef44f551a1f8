using Mana.Credits.Contracts;

namespace Mana.Host.Commands;

/// <summary><c>import-commerce</c>.</summary>
internal static class ImportCommerceCommand
{
    /// <summary>0: everybody is here with what they had. 1: not, or stopped before the end.</summary>
    public static Task<int> RunAsync(IServiceProvider services, CommerceImportRequest request) => ImportRun.GoAsync(
        services, (_, stop) => services.GetRequiredService<ICommerceImport>().RunAsync(request, stop), TellAsync);

    static async Task<int> TellAsync(CommerceImportResult result)
    {
        if (result is not CommerceImportResult.Completed completed)
        {
            await Console.Error.WriteLineAsync("Nothing was imported: " + ((CommerceImportResult.Refused)result).Reason);
            return 1;
        }

        await Console.Out.WriteLineAsync($"people           {completed.People} ({completed.Imported} taken over by this run)");
        await Console.Out.WriteLineAsync($"credits there    {completed.There}");
        await Console.Out.WriteLineAsync($"credits here     {completed.Here}");
        await Console.Out.WriteLineAsync($"active gifts     {completed.Gifts.There} there, {completed.Gifts.Here} here");
        await Console.Out.WriteLineAsync($"sync             {completed.SyncSubscriptions.There} there, {completed.SyncSubscriptions.Here} here");
        await Console.Out.WriteLineAsync($"purchases        {completed.Purchases.There} there, {completed.Purchases.Here} here");
        await Console.Out.WriteLineAsync($"history          {completed.History.There} there, {completed.History.Here} here");
        await Console.Out.WriteLineAsync($"customers        {completed.Customers.There} there, {completed.Customers.Here} here");
        foreach (var difference in completed.Differences)
            await Console.Out.WriteLineAsync("DIFFERS          " + difference);
        await Console.Out.WriteLineAsync(completed.Passed ? "equal" : "NOT EQUAL");
        return completed.Passed ? 0 : 1;
    }
}
