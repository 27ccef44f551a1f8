using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Mana.Testing.Mail;

/// <summary>
/// A real SMTP server (aiosmtpd) on loopback. What it does with a mail is the recipient's name: see <c>mail-server.py</c>. Ends with its parent,
/// however that ends.
/// </summary>
public sealed class MailServer : IAsyncDisposable
{
    const double PatienceSeconds = 30;

    /// <summary>Debian's package belongs to Debian's Python, which is not always the first one; the same places as <c>infra/prepare</c>.</summary>
    static readonly Lazy<string> Python = new(() => new[] { Environment.GetEnvironmentVariable("MANA_PYTHON"), "/usr/bin/python3", "python3" }
        .FirstOrDefault(HasServer) ?? throw new InvalidOperationException("No Python has aiosmtpd: infra/test installs it (python3-aiosmtpd)."));

    readonly ConcurrentQueue<JsonElement> _told = new();
    readonly ConcurrentQueue<string> _complaints = new();
    readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly Process _process;

    MailServer(IEnumerable<string> arguments)
    {
        var script = Path.Combine(AppContext.BaseDirectory, "Mail", "mail-server.py");
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Python.Value, [script, .. arguments]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true },
        };
        _process.ErrorDataReceived += (_, line) => _complaints.Enqueue(line.Data ?? "");
        _process.OutputDataReceived += (_, line) => Take(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _process.BeginOutputReadLine();
    }

    public int Port { get; private set; }

    /// <summary>Every mail whose content arrived, in order, refused ones included.</summary>
    public IEnumerable<ReceivedMail> Mails => Told("mail").Select(mail => mail.Deserialize<ReceivedMail>(JsonSerializerOptions.Web)!);

    /// <summary>How often somebody wanted to send to this address.</summary>
    public int AttemptsFor(string recipient) => Told("recipient").Count(attempt => attempt.GetProperty("to").GetString() == recipient);

    /// <summary>Names and whether the line was encrypted, of everybody who tried to sign in.</summary>
    public IEnumerable<(string? User, bool Tls)> SignIns => Told("sign-in").Select(attempt => (attempt.GetProperty("user").GetString(), attempt.GetProperty("tls").GetBoolean()));

    public static async Task<MailServer> StartAsync(int port = 0, string? user = null, string? certificate = null)
    {
        List<string> arguments = ["--port", port.ToString(CultureInfo.InvariantCulture)];
        if (user is not null)
            arguments.AddRange(["--user", user]);
        if (certificate is not null)
            arguments.AddRange(["--certificate", certificate]);
        var server = new MailServer(arguments);
        server.Port = await server._port.Task.WaitAsync(TimeSpan.FromSeconds(PatienceSeconds));
        return server;
    }

    public IEnumerable<ReceivedMail> MailsTo(string recipient) => Mails.Where(mail => mail.Recipients.Contains(recipient, StringComparer.Ordinal));

    /// <summary>
    /// Waits until everything that the server has told is known here: it tells of a mail before it answers, but the client may get the answer
    /// first.
    /// </summary>
    public async Task CatchUpAsync()
    {
        var text = Guid.NewGuid().ToString("N");
        await _process.StandardInput.WriteLineAsync(text);
        await _process.StandardInput.FlushAsync();
        await ToldAsync("echo", () => Told("echo").Any(echo => echo.GetProperty("text").GetString() == text));
    }

    /// <summary>Waits until the server has seen somebody who wants to send to this address.</summary>
    public Task AttemptedAsync(string recipient) => ToldAsync($"somebody who sends to {recipient}", () => AttemptsFor(recipient) > 0);

    static async Task ToldAsync(string what, Func<bool> condition)
    {
        for (var start = Stopwatch.GetTimestamp(); !condition();)
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > PatienceSeconds)
                throw new TimeoutException($"The mail server has not told of {what}.");
            await Task.Delay(5);
        }
    }

    IEnumerable<JsonElement> Told(string kind) => _told.Where(told => told.GetProperty("event").GetString() == kind);

    void Take(string? line)
    {
        if (line is null)
        {
            _port.TrySetException(new InvalidOperationException($"The mail server has ended: {string.Join('\n', _complaints)}"));
            return;
        }

        var told = JsonDocument.Parse(line).RootElement;
        _told.Enqueue(told);
        if (told.GetProperty("event").GetString() == "listening")
            _port.TrySetResult(told.GetProperty("port").GetInt32());
    }

    static bool HasServer(string? python)
    {
        if (string.IsNullOrEmpty(python))
            return false;
        try
        {
            using var probe = Process.Start(new ProcessStartInfo(python, ["-c", "import aiosmtpd"]) { UseShellExecute = false, RedirectStandardError = true })!;
            probe.WaitForExit();
            return probe.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>A mail as the other side read it.</summary>
/// <param name="Sender">Of the envelope.</param>
/// <param name="Headers">Name and decoded value, in order.</param>
/// <param name="Raw">As it travelled, one character for each octet.</param>
/// <param name="Options">Parameters of MAIL FROM.</param>
/// <param name="Types">Content types of the message and its parts.</param>
public sealed record ReceivedMail(
    string Sender, string[] Recipients, string[][] Headers, string Raw, string[] Options, string[] Types, string Text, string Html, bool Tls, string? User)
{
    public string? this[string header] => Headers.SingleOrDefault(pair => pair[0].Equals(header, StringComparison.OrdinalIgnoreCase))?[1];
}
