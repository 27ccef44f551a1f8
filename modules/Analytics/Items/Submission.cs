using System.Text.RegularExpressions;
using Mana.Kernel.Wire;
using Microsoft.AspNetCore.Http;

namespace Mana.Analytics.Items;

/// <summary>What somebody wants to put on the board (commerce.md 10.3, 10.5).</summary>
internal sealed partial record Submission(
    string Text, string? Title, string Category, bool IsPublic, string? ModuleContext, Guid? ParentId, string? DeviceInfo, string AppId)
{
    const int LongestText = 2000;
    const int ShortestText = 3;
    const int LongestTitle = 100;
    const int LargestDevice = 4096;
    const string DefaultApp = "mana";

    [GeneratedRegex(@"^[a-z0-9_-]{1,40}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    public static partial Regex AppForm();

    [GeneratedRegex(@"^[a-z0-9-]{1,40}\z", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    public static partial Regex ModuleForm();

    /// <summary>The app is what the body says, else what the header says, else Mana itself (W-56).</summary>
    public static Submission Read(RequestFields fields, HttpRequest request)
    {
        var appId = fields.OptionalText("appId", AppForm(), "1 to 40 of a–z, 0–9, _ and -");
        if (appId is null && !fields.Has("appId") && request.Headers["X-App-Id"].ToString() is { Length: > 0 } header)
        {
            appId = header;
            if (!AppForm().IsMatch(header))
                fields.Fail("X-App-Id", "must be 1 to 40 of a–z, 0–9, _ and -");
        }

        var title = fields.OptionalText("title", LongestTitle);
        return new Submission(
            fields.Text("feedbackText", LongestText, ShortestText), string.IsNullOrEmpty(title) ? null : title, fields.OptionalChoice("category", FeedbackWords.Categories) ?? FeedbackWords.OtherCategory,
            fields.OptionalFlag("isPublic") ?? true, fields.OptionalText("moduleContext", ModuleForm(), "1 to 40 of a–z, 0–9 and -"), fields.OptionalId("parentId"),
            fields.OptionalObject("deviceInfo", LargestDevice), appId ?? DefaultApp);
    }
}

/// <summary>What became of a submission.</summary>
internal abstract record SubmissionResult
{
    private SubmissionResult()
    {
    }

    public sealed record Ok(Guid Id) : SubmissionResult;

    /// <summary>There is nothing of this id that the caller may reply to.</summary>
    public sealed record NoParent : SubmissionResult;

    public sealed record TooMany : SubmissionResult;

    public sealed record Gone : SubmissionResult;
}
