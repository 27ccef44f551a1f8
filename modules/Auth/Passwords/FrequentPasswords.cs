using System.Collections.Frozen;
using System.IO.Compression;
using System.Text;

namespace Mana.Auth.Passwords;

/// <summary>
/// The passwords that everybody tries first: 11,611 of eight characters and more, from the frequency list that comes with zxcvbn. Read from
/// the assembly, so that checking a password tells nobody about it.
/// </summary>
internal static class FrequentPasswords
{
    const string Resource = "Mana.Auth.Passwords.frequent-passwords.gz";

    static readonly Lazy<FrozenSet<string>> List = new(Read);

    public static int Count => List.Value.Count;

    /// <summary>In any case and any width of letters.</summary>
    public static bool Contains(string password) => List.Value.Contains(password.Trim().Normalize(NormalizationForm.FormKC).ToLowerInvariant());

    static FrozenSet<string> Read()
    {
        using var packed = typeof(FrequentPasswords).Assembly.GetManifestResourceStream(Resource) ?? throw new InvalidOperationException($"{Resource} is not in the assembly.");
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        return reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).ToFrozenSet(StringComparer.Ordinal);
    }
}
