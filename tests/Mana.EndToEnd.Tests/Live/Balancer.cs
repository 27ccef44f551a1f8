using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Mana.EndToEnd.Tests.Live;

/// <summary>haproxy in front of several hosts, configured as an operator would for long-lived connections: turns in order, hosts that are not ready left out.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    readonly string _folder = Directory.CreateTempSubdirectory("mana-haproxy-").FullName;
    Process? _process;

    public Uri Address { get; private set; } = null!;

    public static async Task<Balancer> StartAsync(params HostProcess[] hosts)
    {
        var balancer = new Balancer();
        var port = FreePort();
        balancer.Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}"));
        var servers = hosts.Select((host, i) => string.Create(CultureInfo.InvariantCulture, $"  server host{i} {host.Address.Host}:{host.Address.Port} check inter 200ms fall 1 rise 1 on-marked-down shutdown-sessions"));
        var file = Path.Combine(balancer._folder, "haproxy.cfg");
        await File.WriteAllTextAsync(file, $"""
            global
              maxconn 1000
            defaults
              mode http
              timeout connect 2s
              timeout client 1m
              timeout server 1m
              timeout tunnel 1h
              retries 2
              option redispatch
            frontend all
              bind 127.0.0.1:{port}
              default_backend hosts
            backend hosts
              balance roundrobin
              option httpchk GET /health/ready
            {string.Join('\n', servers)}

            """);
        balancer._process = Process.Start(new ProcessStartInfo("haproxy", ["-db", "-f", file]) { UseShellExecute = false, RedirectStandardError = true })!;
        balancer._process.BeginErrorReadLine();
        using var http = new HttpClient();
        await Eventually.TrueAsync("haproxy serves", async () => await AnswersAsync(http, new Uri(balancer.Address, "/health/ready")));
        return balancer;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    static async Task<bool> AnswersAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
