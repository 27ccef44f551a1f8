using System.Diagnostics;

namespace Mana.Host.Postgres;

/// <summary>What a finished command said on both its streams.</summary>
internal sealed record CommandAnswer(int ExitCode, string Output)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>
/// The operating system user PostgreSQL runs as: PostgreSQL refuses to run as root, so a host that is root uses <c>postgres</c>
/// or <c>nobody</c>, and every other host its own user.
/// </summary>
internal sealed class PostgresAccount
{
    private readonly string? _user;

    private PostgresAccount(string? user) => _user = user;

    /// <summary>The host's own user, whoever that is.</summary>
    public static PostgresAccount Self { get; } = new(null);

    /// <summary>True when PostgreSQL runs as somebody else than the host, which is only so when the host is root.</summary>
    public bool IsOther => _user is not null;

    public string Name => _user ?? Environment.UserName;

    public static async Task<PostgresAccount> ResolveAsync(CancellationToken cancel)
    {
        if (!Environment.IsPrivilegedProcess)
            return Self;
        foreach (var name in (string[])["postgres", "nobody"])
        {
            if ((await Self.RunAsync("id", ["-u", name], cancel)).Succeeded)
                return new PostgresAccount(name);
        }

        throw new InvalidOperationException("PostgreSQL does not run as root, and neither a user postgres nor a user nobody exists.");
    }

    /// <summary>A command as this user with a bare environment: no PG* variable, locale or secret of the host reaches PostgreSQL.</summary>
    public ProcessStartInfo Command(string file, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(file, arguments) { UseShellExecute = false, WorkingDirectory = "/" };
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/bin:/bin:/usr/sbin:/sbin";
        start.Environment["LC_ALL"] = "C";
        start.Environment["TZ"] = "UTC";
        if (_user is not null)
            start.UserName = _user;
        return start;
    }

    /// <summary>Runs a command to its end; when cancelled, kills it and whatever it started.</summary>
    public async Task<CommandAnswer> RunAsync(string file, IEnumerable<string> arguments, CancellationToken cancel)
    {
        var start = Command(file, arguments);
        start.RedirectStandardInput = start.RedirectStandardOutput = start.RedirectStandardError = true;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{file} could not be started.");
        try
        {
            process.StandardInput.Close();
            var output = process.StandardOutput.ReadToEndAsync(cancel);
            var error = process.StandardError.ReadToEndAsync(cancel);
            await process.WaitForExitAsync(cancel);
            return new CommandAnswer(process.ExitCode, await output + await error);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }

    /// <summary>Whether this user can get into <paramref name="directory"/> through all of its parents.</summary>
    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancel) =>
        (await RunAsync("/bin/sh", ["-c", "cd \"$0\"", directory], cancel)).Succeeded;

    /// <summary>Makes this user the owner of a file or a whole tree; links are changed themselves, never followed.</summary>
    public async Task OwnAsync(string path, CancellationToken cancel)
    {
        if (_user is null)
            return;
        var answer = await Self.RunAsync("chown", ["-hR", _user, path], cancel);
        if (!answer.Succeeded)
            throw new InvalidOperationException($"{path} could not be given to the user {_user}: {answer.Output.Trim()}");
    }
}
