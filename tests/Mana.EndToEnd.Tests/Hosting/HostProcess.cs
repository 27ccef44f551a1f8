using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Mana.Devices;

namespace Mana.EndToEnd.Tests.Hosting;

/// <summary>
/// The built host as a process of its own: started with <c>dotnet exec</c>, known only by its socket, its output and its exit code.
/// Its environment is bare, so that nothing of the developer's shell configures it.
/// </summary>
public sealed partial class HostProcess : IAsyncDisposable
{
    const double StartSeconds = 180;
    static readonly string[] Inherited = ["PATH", "HOME", "TMPDIR", "LANG", "DOTNET_ROOT", "NUGET_PACKAGES"];
    readonly Dictionary<string, string> _settings = new(StringComparer.Ordinal) { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["PORT"] = "0", ["Database__MaxPoolSize"] = "20" };
    readonly StringBuilder _output = new();
    string[] _arguments = [];
    Process? _process;
    Uri? _address;

    HostProcess(string? database, (string Name, string Value)[] settings)
    {
        if (database is not null)
            _settings["DATABASE_URL"] = database;
        foreach (var (name, value) in settings)
            _settings[name] = value;
        // mkdtemp makes 0700; an embedded PostgreSQL of a root host runs as somebody else and must get through.
        File.SetUnixFileMode(Folder, (UnixFileMode)0b111_001_001);
    }

    /// <summary>Content root and working directory; removed in the end.</summary>
    public string Folder { get; } = Directory.CreateTempSubdirectory("mana-e2e-").FullName;

    public Uri Address => _address ?? throw new InvalidOperationException("The host is not listening yet.");

    /// <summary>Everything it has written, over all its starts.</summary>
    public string Output
    {
        get
        {
            lock (_output)
                return _output.ToString();
        }
    }

    /// <summary>A host that serves.</summary>
    public static async Task<HostProcess> StartAsync(string? database, params (string Name, string Value)[] settings)
    {
        var host = Launch(database, settings);
        try
        {
            await host.ReadyAsync();
            return host;
        }
        catch
        {
            await host.DisposeAsync();
            throw;
        }
    }

    /// <summary>A host that has been started, whatever becomes of it.</summary>
    public static HostProcess Launch(string? database, params (string Name, string Value)[] settings)
    {
        var host = new HostProcess(database, settings);
        host.Run();
        return host;
    }

    /// <summary>The host for one of its commands, which ends by itself.</summary>
    public static HostProcess Command(string database, params string[] arguments)
    {
        var host = new HostProcess(database, []) { _arguments = arguments };
        host.Run();
        return host;
    }

    public async Task ReadyAsync()
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(5) };
        await Eventually.TrueAsync("The host is ready", async () =>
        {
            Assert.False(_process!.HasExited, $"The host has ended:\n{Output}");
            return _address is not null && await StatusAsync(http, new Uri(_address, "/health/ready")) == HttpStatusCode.OK;
        }, StartSeconds);
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>SIGINT, without waiting: Ctrl+C.</summary>
    public Task InterruptAsync() => Signals.SendAsync("INT", _process!.Id);

    /// <summary>SIGTERM, without waiting.</summary>
    public Task SignalTerminationAsync() => Signals.SendAsync("TERM", _process!.Id);

    /// <summary>SIGTERM; the exit code.</summary>
    public async Task<int> TerminateAsync()
    {
        await SignalTerminationAsync();
        return await ExitAsync();
    }

    public async Task<int> ExitAsync(double seconds = 30)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(seconds));
        try
        {
            await _process!.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            Assert.Fail($"The host has not ended within {seconds} s:\n{Output}");
        }

        return _process.ExitCode;
    }

    /// <summary>The exit code of the command <c>health</c>, started beside the host as a container engine does.</summary>
    public async Task<int> AskHealthAsync()
    {
        var start = new ProcessStartInfo("dotnet", ["exec", Path.Combine(AppContext.BaseDirectory, "Mana.Host.dll"), "health"]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["PORT"] = _settings["PORT"];
        using var asking = Process.Start(start)!;
        await asking.WaitForExitAsync();
        return asking.ExitCode;
    }

    /// <summary>The same host once more: same folder, settings and port.</summary>
    public async Task RestartAsync()
    {
        Assert.True(_process!.HasExited);
        _process.Dispose();
        Run();
        await ReadyAsync();
    }

    public HttpClient CreateClient() => new() { BaseAddress = Address };

    public Task<Account> CreateAccountAsync() => Account.CreateAsync(CreateClient(), $"e2e-{Guid.NewGuid():N}@example.test");

    void Run()
    {
        var dll = Path.Combine(AppContext.BaseDirectory, "Mana.Host.dll");
        var start = new ProcessStartInfo("dotnet", ["exec", dll, .. _arguments]) { UseShellExecute = false, WorkingDirectory = Folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Clear();
        foreach (var name in Inherited)
            if (Environment.GetEnvironmentVariable(name) is { } value)
                start.Environment[name] = value;
        foreach (var (name, value) in _settings)
            start.Environment[name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.ErrorDataReceived += (_, line) => Take(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    void Take(string? line)
    {
        if (line is null)
            return;
        lock (_output)
            _output.AppendLine(line);
        if (Listening().Match(line) is not { Success: true } match)
            return;
        _settings["PORT"] = match.Groups["port"].Value;
        _address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{match.Groups["port"].Value}"));
    }

    static async Task<HttpStatusCode?> StatusAsync(HttpClient http, Uri address)
    {
        try
        {
            using var answer = await http.GetAsync(address);
            return answer.StatusCode;
        }
        catch (Exception exception) when (exception is HttpRequestException or TaskCanceledException)
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process!.HasExited)
        {
            // Politely, because it may own an embedded PostgreSQL; SIGKILL only when that takes too long.
            await SignalTerminationAsync();
            await Task.WhenAny(_process.WaitForExitAsync(), Task.Delay(TimeSpan.FromSeconds(25)));
            if (!_process.HasExited)
                await KillAsync();
        }

        _process.Dispose();
        await StopOrphanAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A killed host, or one whose shutdown is broken, leaves its embedded PostgreSQL behind.</summary>
    async Task StopOrphanAsync()
    {
        var file = Path.Combine(Folder, ".data", "postgres", "cluster", "postmaster.pid");
        if (!File.Exists(file))
            return;
        await Signals.SendAsync("QUIT", int.Parse((await File.ReadAllLinesAsync(file))[0], CultureInfo.InvariantCulture));
        await Eventually.TrueAsync("The orphaned PostgreSQL is gone", () => !File.Exists(file));
    }

    [GeneratedRegex(@"Now listening on: http://[^:]+:(?<port>\d+)", RegexOptions.None, 1000)]
    private static partial Regex Listening();
}
