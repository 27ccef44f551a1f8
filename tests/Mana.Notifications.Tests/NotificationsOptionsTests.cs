namespace Mana.Notifications.Tests;

public sealed class NotificationsOptionsTests
{
    [Fact]
    public void Defaults_will_do_for_Development_and_not_for_Production()
    {
        Assert.Empty(new NotificationsOptions { BaseUrl = Samples.BaseUrl }.Problems(production: false));
        var problems = new NotificationsOptions { BaseUrl = Samples.BaseUrl }.Problems(production: true).ToList();
        Assert.Equal(2, problems.Count);
        Assert.StartsWith("SMTP_HOST", problems[0], StringComparison.Ordinal);
        Assert.StartsWith("MAIL_FROM", problems[1], StringComparison.Ordinal);
        Assert.Empty(Good().Problems(production: true));
    }

    public static TheoryData<string, string, string> Bad => new()
    {
        { nameof(NotificationsOptions.SmtpPort), "abc", "SMTP_PORT" },
        { nameof(NotificationsOptions.SmtpPort), "0", "SMTP_PORT" },
        { nameof(NotificationsOptions.SmtpPort), "465", "SMTP_PORT" },
        { nameof(NotificationsOptions.SmtpUser), "mana", "SMTP_PASSWORD" },
        { nameof(NotificationsOptions.SmtpPassword), "secret", "SMTP_USER" },
        { nameof(NotificationsOptions.From), "nobody", "MAIL_FROM" },
        { nameof(NotificationsOptions.From), "a@b.test\r\nBcc: c@d.test", "MAIL_FROM" },
        { nameof(NotificationsOptions.ReplyTo), "nobody", "MAIL_REPLY_TO" },
        { nameof(NotificationsOptions.ReturnPath), "@", "MAIL_RETURN_PATH" },
        { nameof(NotificationsOptions.BaseUrl), "mana.how", "BaseUrl" },
    };

    [Theory]
    [MemberData(nameof(Bad))]
    public void A_setting_that_cannot_work_is_told_by_name(string property, string value, string key)
    {
        var options = Good();
        typeof(NotificationsOptions).GetProperty(property)!.SetValue(options, value);
        var problem = Assert.Single(options.Problems(production: false));
        Assert.Contains(key, problem, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("mail.example.test", false)]
    [InlineData("10.0.0.1", false)]
    [InlineData("localhost", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("::1", true)]
    public void Without_STARTTLS_Production_speaks_to_its_own_machine_only(string host, bool good)
    {
        var options = Good();
        (options.SmtpHost, options.SmtpStartTls) = (host, false);
        Assert.Equal(good, !options.Problems(production: true).Any());
        Assert.Empty(options.Problems(production: false));
    }

    [Fact]
    public void Numbers_out_of_range_and_kept_tokens_are_refused()
    {
        foreach (var spoil in (Action<NotificationsOptions>[])
                 [
                     options => options.Lanes = 0, options => options.MailsPerHour = 0, options => options.PerHour["magic-link"] = 0, options => options.LogDays = 0,
                     options => options.SuppressionDays = 0, options => options.SmtpTimeoutSeconds = 0, options => options.KeepValues = true,
                 ])
        {
            var options = Good();
            spoil(options);
            Assert.Single(options.Problems(production: true));
        }
    }

    static NotificationsOptions Good() => new() { BaseUrl = "https://auth.example.test", SmtpHost = "mail.example.test", From = "Mana <noreply@example.test>" };
}
