using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Mana.Load.Reminders;

/// <summary>A push service that takes everything and notes when; the topic is the beginning of the delivery's key.</summary>
internal sealed class PushSink : IAsyncDisposable
{
    readonly WebApplication _app;

    PushSink(WebApplication app) => _app = app;

    /// <summary>First arrival by topic.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Arrivals { get; } = new(StringComparer.Ordinal);

    public string Address => _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();

    public static async Task<PushSink> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var sink = new PushSink(builder.Build());
        sink._app.Run(context =>
        {
            sink.Arrivals.TryAdd(context.Request.Headers["Topic"].ToString(), TimeProvider.System.GetUtcNow());
            context.Response.StatusCode = StatusCodes.Status201Created;
            return Task.CompletedTask;
        });
        await sink._app.StartAsync();
        return sink;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
