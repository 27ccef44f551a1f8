using System.Security.Cryptography;

namespace Mana.Host.Postgres;

/// <summary>
/// <c>host.pid</c>: which host stops the server. Three lines: pid, identity of that process (so that a recycled pid is not
/// mistaken for it), and a random token per start. Read and written under the host lock only.
/// </summary>
internal sealed class HostOwnership(string file)
{
    private string? _token;

    /// <summary>True between <see cref="ClaimAsync"/> and <see cref="Release"/>, unless another host has claimed since.</summary>
    public bool IsOurs => _token is not null && Read() is [_, _, var token] && string.Equals(token, _token, StringComparison.Ordinal);

    /// <summary>The pid of the owner while that very process lives, else null: the server is an orphan.</summary>
    public async Task<int?> LivingOwnerAsync(CancellationToken cancel) =>
        Read() is [var first, var identity, _]
        && int.TryParse(first, out var pid)
        && string.Equals(await ProcessProbe.IdentityAsync(pid, cancel), identity, StringComparison.Ordinal)
            ? pid
            : null;

    public async Task ClaimAsync(CancellationToken cancel)
    {
        _token = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var identity = await ProcessProbe.IdentityAsync(Environment.ProcessId, cancel);
        var written = file + ".new";
        await File.WriteAllTextAsync(written, $"{Environment.ProcessId}\n{identity}\n{_token}\n", cancel);
        File.Move(written, file, overwrite: true);
    }

    public void Release()
    {
        if (IsOurs)
            File.Delete(file);
        _token = null;
    }

    private string[] Read() => File.Exists(file) ? File.ReadAllLines(file) : [];
}
