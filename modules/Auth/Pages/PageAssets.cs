using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary>A file inside the assembly. Its address holds a digest of its content, so that browsers may keep it for ever.</summary>
internal sealed record PageAsset(byte[] Content, string ContentType, string Path);

/// <summary>Style, script and icon of the pages.</summary>
internal static class PageAssets
{
    public const string Route = "/pages/{file}";
    const int DigestLength = 8;

    /// <summary>Drawn here: the drop of the letterhead.</summary>
    public const string Icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%234f46e5' d='M16 2c5 6 9 10 9 17a9 9 0 0 1-18 0C7 12 11 8 16 2Z'/%3E%3C/svg%3E";

    public static readonly PageAsset Style = Load("pages.css", "text/css; charset=utf-8");
    public static readonly PageAsset Script = Load("pages.js", "text/javascript; charset=utf-8");

    public static IResult Get(string file, HttpContext context)
    {
        var asset = file == "pages.css" ? Style : file == "pages.js" ? Script : null;
        if (asset is null)
            return Results.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Content, asset.ContentType);
    }

    static PageAsset Load(string file, string contentType)
    {
        using var stream = typeof(PageAssets).Assembly.GetManifestResourceStream($"Mana.Auth.Pages.Assets.{file}")
            ?? throw new InvalidOperationException($"{file} is not part of this assembly.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var content = copy.ToArray();
        return new PageAsset(content, contentType, $"/pages/{file}?v={Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, DigestLength))}");
    }
}
