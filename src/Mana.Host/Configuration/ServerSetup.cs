using System.Net;
using Mana.Kernel.Configuration;
using Mana.Kernel.Connections;

namespace Mana.Host.Configuration;

/// <summary>Kestrel, logging and shutdown: how the process behaves, whatever the modules do.</summary>
internal static class ServerSetup
{
    public static void UseManaServer(this WebApplicationBuilder builder)
    {
        builder.Services.AddManaOptions<ServerOptions>(builder.Configuration, "Server");
        var server = builder.Configuration.GetSection("Server").Get<ServerOptions>() ?? new ServerOptions();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = 1024 * 1024;
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(15);
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(120);
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;
            kestrel.Limits.MaxConcurrentConnections = 20_000;
            // A number that is none has been refused before anything listens.
            kestrel.Listen(AddressOf(server, builder.Environment), Math.Clamp(server.PortNumber, 0, IPEndPoint.MaxPort), listen => listen.UseConnectionHandover());
        });
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(server.DrainSeconds));
        UseManaLogging(builder);
    }

    static IPAddress AddressOf(ServerOptions server, IWebHostEnvironment environment)
    {
        if (IPAddress.TryParse(server.Address, out var address))
            return address;
        return environment.IsDevelopment() ? IPAddress.Loopback : IPAddress.Any;
    }

    static void UseManaLogging(WebApplicationBuilder builder)
    {
        builder.Logging.ClearProviders();
        if (builder.Environment.IsDevelopment())
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.IncludeScopes, console.TimestampFormat) = (true, true, "HH:mm:ss "));
        else
            builder.Logging.AddJsonConsole(console =>
                (console.UseUtcTimestamp, console.IncludeScopes, console.TimestampFormat) = (true, true, "yyyy-MM-ddTHH:mm:ss.fffZ"));
        // Request lines hold paths and query strings, SQL logs hold parameter shapes: neither belongs in a log at level info.
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        // Its scope would put the path into every line; RequestIds has the scope that we want.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None);
        builder.Logging.AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        builder.Logging.AddFilter("Npgsql", LogLevel.Warning);
        builder.Logging.AddFilter("Quartz", LogLevel.Warning);
        // One line per request without a token says nothing that the metrics do not.
        builder.Logging.AddFilter("Mana.Auth.Tokens.ManaBearerHandler", LogLevel.Warning);
        builder.Logging.AddFilter("Mana.Auth.Cookies.ManaCookieHandler", LogLevel.Warning);
        builder.Logging.AddFilter("Mana.Kernel.ServiceKeys", LogLevel.Warning);
    }
}
