using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;

namespace Mana.Auth.Oidc.Protocol;

/// <summary>
/// The parameters of a request (RFC 6749 3.1, 3.2): one without a value was not sent, one sent twice is an error, unknown ones do no harm.
/// </summary>
internal sealed class OAuthParameters
{
    /// <summary>Kept while somebody signs in, for anybody who sends it.</summary>
    public const int LongestState = 2 * 1024;

    const int Most = 100;
    const int LongestValue = 8 * 1024;
    const string FormType = "application/x-www-form-urlencoded";

    readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);
    readonly HashSet<string> _repeated = new(StringComparer.Ordinal);

    public string? this[string name] => _values.GetValueOrDefault(name);

    /// <summary>What no column could hold, or no server should have to read. Null: fine.</summary>
    public string? Problem { get; private set; }

    public bool HasRepeated => _repeated.Count > 0;

    public bool IsRepeated(string name) => _repeated.Contains(name);

    /// <summary>What the request says in another place than its parameters.</summary>
    public void Set(string name, string value) => _values[name] = value;

    public static OAuthParameters OfQuery(HttpRequest request) => Of(request.Query);

    /// <summary>Null: not a form, or not one that can be read.</summary>
    public static async Task<OAuthParameters?> OfFormAsync(HttpRequest request)
    {
        if (!request.HasFormContentType || !request.ContentType!.StartsWith(FormType, StringComparison.OrdinalIgnoreCase))
            return null;
        try
        {
            return Of(await request.ReadFormAsync(request.HttpContext.RequestAborted));
        }
        catch (Exception exception) when (exception is InvalidDataException or NotSupportedException)
        {
            // More keys, or longer ones, than the reader takes; or a character set that nobody should use (UTF-7).
            return null;
        }
    }

    public static OAuthParameters FromJson(string json)
    {
        var parameters = new OAuthParameters();
        foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, string>>(json)!)
            parameters._values[name] = value;
        return parameters;
    }

    /// <summary>Only these: what nobody here knows is not worth keeping.</summary>
    public string ToJson(IReadOnlyCollection<string> names) => JsonSerializer.Serialize(_values.Where(pair => names.Contains(pair.Key)).ToDictionary());

    /// <summary>The words of a space-separated list, each once, in their order.</summary>
    public IReadOnlyList<string> Words(string name) => this[name] is { } text ? [.. text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)] : [];

    static OAuthParameters Of(IEnumerable<KeyValuePair<string, StringValues>> sent)
    {
        var parameters = new OAuthParameters();
        foreach (var (name, values) in sent)
        {
            if (values.Count > 1)
                parameters._repeated.Add(name);
            if (values.Count == 0 || string.IsNullOrEmpty(values[0]))
                continue;
            parameters._values[name] = values[0]!;
            if (name.Contains('\0', StringComparison.Ordinal) || values[0]!.Contains('\0', StringComparison.Ordinal))
                parameters.Problem = "A parameter holds a NUL character";
            else if (values[0]!.Length > LongestValue || parameters._values.Count > Most)
                parameters.Problem = "The request is larger than this server reads";
        }

        return parameters;
    }
}
