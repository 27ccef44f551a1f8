using System.Security.Cryptography;

namespace Mana.Kernel.Pages;

/// <summary>A file inside an assembly. Its address holds a digest of its content, so that browsers may keep it for ever.</summary>
public sealed record PageAsset(byte[] Content, string ContentType, string Path)
{
    const int DigestLength = 8;

    /// <summary>Reads it out of its assembly.</summary>
    /// <param name="within">Of the assembly that holds it.</param>
    /// <param name="resource">Its name in there.</param>
    /// <param name="file">Its name below <c>/pages</c>.</param>
    public static PageAsset Load(Type within, string resource, string file, string contentType)
    {
        using var stream = within.Assembly.GetManifestResourceStream(resource) ?? throw new InvalidOperationException($"{file} is not part of this assembly.");
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var content = copy.ToArray();
        return new PageAsset(content, contentType, $"/pages/{file}?v={Convert.ToHexStringLower(SHA256.HashData(content).AsSpan(0, DigestLength))}");
    }
}

/// <summary>The look that the pages of all modules share.</summary>
public static class PageStyle
{
    /// <summary>Drawn here: the drop of the letterhead.</summary>
    public const string Icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Cpath fill='%234f46e5' d='M16 2c5 6 9 10 9 17a9 9 0 0 1-18 0C7 12 11 8 16 2Z'/%3E%3C/svg%3E";

    public static readonly PageAsset Sheet = PageAsset.Load(typeof(PageStyle), "Mana.Kernel.Pages.Assets.pages.css", "pages.css", "text/css; charset=utf-8");
}
