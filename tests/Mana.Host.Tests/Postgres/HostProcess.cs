using System.Diagnostics;
using System.Globalization;

namespace Mana.Host.Tests.Postgres;

/// <summary>A real second host (this assembly started as one), so that killing it is killing a host.</summary>
internal sealed class HostProcess : IAsyncDisposable
{
    private readonly Process _process;

    private HostProcess(Process process) => _process = process;

    public int Pid => _process.Id;

    public int ServerPid { get; private set; }

    public bool IsOwner { get; private set; }

    public static HostProcess Launch(string directory)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "Mana.Host.Tests"), [Program.HostCommand, directory])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        return new HostProcess(Process.Start(start)!);
    }

    public async Task<HostProcess> ReadyAsync()
    {
        var line = await _process.StandardOutput.ReadLineAsync().WaitAsync(TimeSpan.FromSeconds(60));
        var words = Assert.IsType<string>(line).Split(' ');
        ServerPid = int.Parse(words[0], CultureInfo.InvariantCulture);
        IsOwner = bool.Parse(words[1]);
        return this;
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async Task StopAsync()
    {
        await _process.StandardInput.WriteLineAsync();
        await _process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(30));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await KillAsync();
        _process.Dispose();
    }
}
