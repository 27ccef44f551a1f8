using FsCheck;
using FsCheck.Fluent;
using Mana.Sync.Cursors;

namespace Mana.Sync.Tests.Cursors;

public sealed class SyncCursorTests
{
    const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=. \n+/é";

    static readonly Gen<SyncCursor> Any =
        from app in Properties.Names(20)
        from collection in Gen.OneOf(Gen.Constant<string?>(null), Properties.Names(20).Select(name => (string?)name))
        from own in Gen.OneOf(Gen.Choose(0, 3).Select(small => (long)small), Gen.Choose(0, int.MaxValue).Select(large => large * 4_000_000L))
        select new SyncCursor(app, collection, own);

    [Fact]
    public void A_cursor_says_what_it_was_made_of() =>
        Properties.Check(Any, 1, cursor => Assert.Equal(cursor, SyncCursor.Decode(cursor.Encode("u1"), "u1")));

    [Fact]
    public void Any_single_character_that_changes_makes_it_invalid()
    {
        var changed =
            from cursor in Any
            from position in Gen.Choose(0, 200)
            from letter in Gen.Elements<char>(Alphabet)
            let text = cursor.Encode("u1")
            let at = position % text.Length
            where text[at] != letter
            select (text, forged: text[..at] + letter + text[(at + 1)..]);
        Properties.Check(changed, 2, pair => Assert.Null(SyncCursor.Decode(pair.forged, "u1")), cases: 5000);
    }

    [Fact]
    public void Anything_cut_off_or_added_makes_it_invalid()
    {
        var changed =
            from cursor in Any
            from cut in Gen.Choose(1, 30)
            from tail in Gen.Elements("=", "==", " ", "\n", "A", "AA", "AAAA", ".")
            let text = cursor.Encode("u1")
            select (Cut: text[..^Math.Min(cut, text.Length)], Longer: text + tail);
        Properties.Check(changed, 3, forged =>
        {
            Assert.Null(SyncCursor.Decode(forged.Cut, "u1"));
            Assert.Null(SyncCursor.Decode(forged.Longer, "u1"));
        });
    }

    [Fact]
    public void A_cursor_is_worth_nothing_to_another_person() =>
        Properties.Check(Gen.Zip(Any, Properties.Names(8)), 4, pair => Assert.Null(SyncCursor.Decode(pair.Item1.Encode("u1"), pair.Item2)));

    [Fact]
    public void A_cursor_is_worth_nothing_in_another_app_or_collection()
    {
        var pairs = Gen.Zip(Any, Any).Where(pair => pair.Item1.AppId != pair.Item2.AppId
            || (pair.Item1.Collection is not null && pair.Item1.Collection != pair.Item2.Collection));
        Properties.Check(pairs, 5, pair =>
        {
            var (position, error) = ReadPosition.Resolve(pair.Item1.Encode("u1"), null, "u1", pair.Item2.AppId, pair.Item2.Collection);
            Assert.Equal("invalid_cursor", error?.Error);
            Assert.Equal(0, position.After);
        });
    }

    [Fact]
    public void A_cursor_of_the_whole_app_serves_each_collection_of_it() =>
        Properties.Check(Any, 6, cursor =>
        {
            var text = (cursor with { Collection = null }).Encode("u1");
            Assert.Equal((new ReadPosition(cursor.Own), null), ReadPosition.Resolve(text, null, "u1", cursor.AppId, cursor.Collection));
        });

    [Theory]
    [InlineData(null, 0)]
    [InlineData("", 0)]
    [InlineData("garbage", 0)]
    [InlineData("1969-12-31T23:59:59Z", 0)]
    [InlineData("1970-01-01T00:00:00.000001Z", 1)]
    [InlineData("1970-01-01T00:00:01Z", 1_000_000)]
    public void A_timestamp_is_a_position(string? since, long after) =>
        Assert.Equal((new ReadPosition(after), null), ReadPosition.Resolve(null, since, "u1", "todo", null));

    [Fact]
    public void A_page_that_was_cut_stays_initial_and_a_complete_one_ends_it()
    {
        var initial = new ReadPosition(0);
        var next = new ReadPosition(initial.CutAt(1000));
        Assert.True(next.IsInitial);
        Assert.True(new ReadPosition(next.CutAt(2000)).IsInitial);
        Assert.False(new ReadPosition(next.CompleteAt(3000, 9000)).IsInitial);
        Assert.False(new ReadPosition(new ReadPosition(500).CutAt(1000)).IsInitial);
    }

    [Theory]
    [InlineData(500, 1000, 9000, 1000)]
    [InlineData(2000, 1000, 9000, 2000)]
    [InlineData(9999, 1000, 9000, 1000)]
    [InlineData(-5, 0, 9000, 0)]
    public void A_complete_page_ends_at_the_newest_position_and_never_before_a_since_of_the_past(long after, long newest, long now, long end) =>
        Assert.Equal(end, new ReadPosition(after).CompleteAt(newest, now));
}
