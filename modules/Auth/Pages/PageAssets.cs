using Microsoft.AspNetCore.Http;

namespace Mana.Auth.Pages;

/// <summary>Style and script of the pages, served for every module's.</summary>
internal static class PageAssets
{
    public const string Route = "/pages/{file}";
    public const string Icon = PageStyle.Icon;

    public static readonly PageAsset Style = PageStyle.Sheet;
    public static readonly PageAsset Script = PageAsset.Load(typeof(PageAssets), "Mana.Auth.Pages.Assets.pages.js", "pages.js", "text/javascript; charset=utf-8");

    public static IResult Get(string file, HttpContext context)
    {
        var asset = file == "pages.css" ? Style : file == "pages.js" ? Script : null;
        if (asset is null)
            return Results.NotFound();
        context.Response.Headers.CacheControl = "public, max-age=31536000, immutable";
        return Results.Bytes(asset.Content, asset.ContentType);
    }
}
