/* What Sphinx's search says in Korean; its own translation leaves some of it empty. */
Documentation.addTranslations({
  locale: "ko",
  messages: {
    ", in ": ", 문서 - ",
    "Hide Search Matches": "검색 결과 표시 지우기",
    "Preparing search...": "검색 준비 중…",
    "Search Results": "검색 결과",
    "Search finished, found one page matching the search query.": [
      "검색이 끝났습니다. ${resultCount}개의 페이지를 찾았습니다.",
    ],
    "Searching": "검색 중",
    "Your search did not match any documents. Please make sure that all words are spelled correctly and that you've selected enough categories.":
      "맞는 페이지가 없습니다. 낱말을 바르게 적었는지 확인하세요.",
  },
  plural_expr: "0",
});
