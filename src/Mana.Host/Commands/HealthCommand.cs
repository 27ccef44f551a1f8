using System.Globalization;
using Mana.Host.Configuration;

namespace Mana.Host.Commands;

/// <summary>Asks the host that runs beside it whether it can serve: an image without a shell has no other way to tell its engine.</summary>
internal static class HealthCommand
{
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    public static async Task<int> RunAsync()
    {
        var settings = new ConfigurationBuilder().AddEnvironmentVariables().Build();
        var port = settings["Server:Port"] ?? settings["PORT"] ?? ServerOptions.DefaultPort.ToString(CultureInfo.InvariantCulture);
        using var http = new HttpClient { Timeout = Patience };
        try
        {
            using var answer = await http.GetAsync(new Uri($"http://127.0.0.1:{port}/health/ready"));
            await Console.Out.WriteLineAsync(await answer.Content.ReadAsStringAsync());
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException or UriFormatException)
        {
            await Console.Error.WriteLineAsync("The host does not answer.");
            return 1;
        }
    }
}
