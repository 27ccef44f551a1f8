using Mana.Kernel.Telemetry;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace Mana.Kernel.Tests.Telemetry;

/// <summary>A small host on a real socket with /metrics and a few routes.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private WebHost(WebApplication app, HttpClient client) => (App, Client) = (app, client);

    public WebApplication App { get; }

    public HttpClient Client { get; }

    public static async Task<WebHost> StartAsync(Dictionary<string, string?>? settings = null, Action<WebApplication>? map = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.Services.AddManaTelemetry(builder.Configuration);
        var app = builder.Build();
        app.MapManaMetrics();
        app.MapGet("/things/{id}", (string id) => id is "none" ? Results.NotFound() : Results.Ok(id));
        map?.Invoke(app);
        await app.StartAsync();
        return new WebHost(app, new HttpClient { BaseAddress = new Uri(app.Urls.Single()) });
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await App.StopAsync();
        await App.DisposeAsync();
    }
}
